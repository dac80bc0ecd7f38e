package dev.lanner.hstu.model;

import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Tensor;

/** One of the blocks that follow each other in the encoder. */
public abstract sealed class EncoderBlock extends Module permits HstuBlock, SasrecBlock {
    /** A block without parameters yet. */
    EncoderBlock() {}

    /** A block of the kind that the settings name, with initial values made by a factory. */
    static EncoderBlock of(HstuConfig config, ParameterFactory parameters) {
        return switch (config.block().kind()) {
            case HSTU -> new HstuBlock(config, parameters);
            case SASREC -> new SasrecBlock(config, parameters);
        };
    }

    /**
     * The block's output.
     *
     * @param x {@code [N, D]}
     * @param sequences which rows belong together, and when they happened
     * @return {@code [N, D]}
     */
    public abstract Tensor forward(Tensor x, Sequences sequences);
}
