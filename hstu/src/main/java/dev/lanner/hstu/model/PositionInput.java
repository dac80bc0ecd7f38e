package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Embedding;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Tensor;

/** The paper's input layer: {@code x = dropout(E_item[id] sqrt(D) + P[position])}. */
final class PositionInput extends Module implements InputLayer {
    private final Embedding items;
    private final Tensor positions;
    private final Dropout dropout;
    private final double scale;

    /**
     * An input layer over an item table that the heads share.
     *
     * @param items {@code [V+1, D]}, registered by its owner
     */
    PositionInput(HstuConfig config, Embedding items, ParameterFactory parameters) {
        this.items = items;
        int width = config.width();
        int length = config.maxLength();
        positions = parameter(
                "positions", parameters.create(config.initial().positions().of(width, length), length, width));
        dropout = child("dropout", new Dropout(config.dropout(), parameters.nextKey()));
        scale = Math.sqrt(width);
    }

    /** Actions count for nothing. */
    @Override
    public Tensor forward(Tensor ids, Tensor actions, Tensor places) {
        return dropout.forward(items.forward(ids).mul(scale).add(positions.gatherRows(places)));
    }
}
