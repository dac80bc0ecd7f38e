package dev.lanner.hstu.model;

import dev.lanner.nn.Embedding;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Tensor;

/** The article's input layer: {@code x = W2 silu(W1 [E_item[id] ; E_action[a]] + b1) + b2}, one row for item and action together. */
final class FusedInput extends Module {
    private static final int ACTIONS = 3;

    private final Embedding items;
    private final Embedding actions;
    private final Linear joined;
    private final Linear output;

    /**
     * An input layer over an item table that the heads share.
     *
     * @param items {@code [V+1, D]}, registered by its owner
     */
    FusedInput(HstuConfig config, Embedding items, ParameterFactory parameters) {
        int width = config.width();
        this.items = items;
        this.actions = child(
                "actions",
                new Embedding(parameters.create(Initializer.normal(config.actionStd()), ACTIONS + 1, width)));
        Initializer scaled = Initializer.uniform(config.inputGain() / Math.sqrt(2.0 * width));
        this.joined = child(
                "joined",
                new Linear(
                        parameters.create(scaled, width, 2 * width),
                        parameters.create(Initializer.fanIn(2 * width), width)));
        this.output = child("output", new Linear(width, width, parameters));
    }

    /**
     * One row for each event.
     *
     * @param ids I32 {@code [N]}, items 1..V
     * @param what I32 {@code [N]}, actions 1..3, or 0 where the action is not known: the padding row, all zeros
     * @return {@code [N, D]}
     */
    Tensor forward(Tensor ids, Tensor what) {
        Tensor both = Tensor.concat(1, items.forward(ids), actions.forward(what));
        return output.forward(joined.forwardSilu(both));
    }
}
