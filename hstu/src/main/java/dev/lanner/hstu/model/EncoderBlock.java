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
    public final Tensor forward(Tensor x, Sequences sequences) {
        return forward(x, project(x), sequences);
    }

    /**
     * What the attention takes of rows, and what goes past it.
     *
     * @param x {@code [N, D]}
     */
    public abstract Projections project(Tensor x);

    /**
     * The block's output for rows whose projections are there.
     *
     * @param x {@code [N, D]}
     * @param rows {@link #project} of x
     * @param sequences which rows belong together, and when they happened
     * @return {@code [N, D]}
     */
    public abstract Tensor forward(Tensor x, Projections rows, Sequences sequences);

    /**
     * The block's output for rows behind one history: see {@link dev.lanner.tensor.functional.CandidateAttention}.
     *
     * @param x {@code [M, D]}
     * @param rows {@link #project} of x
     * @param history what this block made of the history's n events
     * @param queryTime I64 {@code [1]}, the time that the rows ask with if the model has query time; else they ask with their own
     * @param time I64 {@code [1]}, the rows' own time
     * @return {@code [M, D]}
     */
    public abstract Tensor forwardCandidates(
            Tensor x, Projections rows, KeyValues history, Tensor queryTime, Tensor time);
}
