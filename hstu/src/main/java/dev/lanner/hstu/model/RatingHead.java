package dev.lanner.hstu.model;

import dev.lanner.nn.Linear;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import dev.lanner.tensor.functional.LinearDropoutAdd;

/** Predicts the rating of the next event from the state and the embedding of the item: two layers over both, side by side. */
final class RatingHead extends Module {
    /** The middle of the scale 1..5, to which predictions are added. */
    private static final double MIDDLE = 3;

    private final Linear hidden;
    private final Linear output;
    /** The hidden layer's bias and its weight's columns for states and items, {@code [D, D]} each; the output's weight and bias. */
    private final Tensor hiddenBias;

    private final Tensor stateWeight;
    private final Tensor itemWeight;
    private final Tensor outputWeight;
    private final Tensor outputBias;
    private final Tensor noBias;

    RatingHead(HstuConfig config, ParameterFactory parameters) {
        hidden = child("hidden", new Linear(2 * config.width(), config.width(), parameters));
        output = child("output", new Linear(config.width(), 1, parameters));
        hiddenBias = hidden.stateDict().get("bias");
        stateWeight = hidden.stateDict().get("weight").narrow(1, 0, config.width());
        itemWeight = hidden.stateDict().get("weight").narrow(1, config.width(), config.width());
        outputWeight = output.stateDict().get("weight");
        outputBias = output.stateDict().get("bias");
        noBias = Scope.outside(() -> Tensor.zeros(hiddenBias.dtype(), hiddenBias.shape()));
    }

    /**
     * The hidden layer's part of items, before its activation, with the bias.
     *
     * @param items embeddings, {@code [N, D]}
     * @return {@code [N, D]}
     */
    Tensor itemTerms(Tensor items) {
        return Functional.linear(items, itemWeight, hiddenBias);
    }

    /**
     * {@link #forward} for items whose part is there; to rounding, since the sums are split.
     *
     * @param states {@code [N, D]}
     * @param itemTerms {@code [N, D]}
     * @return {@code [N]}
     */
    Tensor forwardTerms(Tensor states, Tensor itemTerms) {
        LinearDropoutAdd sum = new LinearDropoutAdd(0, RandomKey.of(0));
        Tensor both = Fused.apply(sum, states, stateWeight, noBias, itemTerms);
        return both.silu().mul(outputWeight).sum(false, 1).add(outputBias).add(MIDDLE);
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
