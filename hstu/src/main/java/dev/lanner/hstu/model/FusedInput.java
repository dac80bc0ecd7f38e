package dev.lanner.hstu.model;

import dev.lanner.nn.Embedding;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Tensor;

/**
 * The article's input layer: {@code x = W2 silu(W1 [E_item[id] ; E_action[a]] + b1) + b2}, one row for item and action together; or
 * without the action.
 */
final class FusedInput extends Module implements InputLayer {
    private static final int ACTIONS = 3;

    private final Embedding items;
    /** Null without actions. */
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
        boolean withActions = config.input() == InputKind.FUSED_ACTION;
        this.actions = withActions ? child("actions", actions(config, parameters)) : null;
        int inputs = withActions ? 2 * width : width;
        this.joined = child(
                "joined",
                new Linear(
                        parameters.create(config.initial().input().of(inputs, width), width, inputs),
                        parameters.create(Initializer.fanIn(inputs), width)));
        this.output = child("output", new Linear(width, width, parameters));
    }

    /** The embeddings of what can be done with an item, {@code [4, D]}; row 0 stands for nothing. */
    static Embedding actions(HstuConfig config, ParameterFactory parameters) {
        int width = config.width();
        return new Embedding(parameters.create(config.initial().actions().of(width, ACTIONS + 1), ACTIONS + 1, width));
    }

    /** Of an unknown action it takes the padding row, all zeros; positions count for nothing. */
    @Override
    public Tensor forward(Tensor ids, Tensor known, Tensor positions) {
        Tensor item = items.forward(ids);
        Tensor joinedRows = actions == null ? item : Tensor.concat(1, item, actions.forward(known));
        return output.forward(joined.forwardSilu(joinedRows));
    }
}
