package dev.lanner.hstu.model;

import dev.lanner.nn.Linear;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Tensor;

/** Predicts the rating of the next event from the state and the embedding of the item: two layers over both, side by side. */
final class RatingHead extends Module {
    /** The middle of the scale 1..5, to which predictions are added. */
    private static final double MIDDLE = 3;

    private final Linear hidden;
    private final Linear output;

    RatingHead(HstuConfig config, ParameterFactory parameters) {
        hidden = child("hidden", new Linear(2 * config.width(), config.width(), parameters));
        output = child("output", new Linear(config.width(), 1, parameters));
    }

    /**
     * Predicted ratings.
     *
     * @param states {@code [N, D]}
     * @param items embeddings of the items to rate, {@code [N, D]}
     * @return {@code [N]}
     */
    Tensor forward(Tensor states, Tensor items) {
        Tensor both = Tensor.concat(1, states, items);
        return output.forward(hidden.forwardSilu(both)).squeeze(1).add(MIDDLE);
    }
}
