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

    /** One row for each event, {@code [N, D]}. */
    Tensor forward(Sequences input) {
        Tensor both = Tensor.concat(1, items.forward(input.items()), actions.forward(input.actions()));
        return output.forward(joined.forwardSilu(both));
    }
}
