package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.HstuAttention;

/**
 * One HSTU block (Zhai et al., 2024; here as the article has it): pointwise projection {@code [K, Q, V, U] = silu(W_in x + b_in)},
 * spatial aggregation by attention with relative attention bias, gated transformation {@code y = dropout(W_out (LayerNorm(o) ⊙ U)
 * + b_out) + x}. The bias tables start at zero.
 */
public final class HstuBlock extends Module {
    private static final int PROJECTIONS = 4;

    private final HstuAttention attention;
    private final GatedTransform gate;
    private final Linear input;
    private final Tensor positionBias;
    private final Tensor timeBias;
    private final Tensor gamma;
    private final Tensor beta;
    private final Linear output;
    private final Dropout dropout;

    /** A block with initial values made by a factory. */
    public HstuBlock(HstuConfig config, ParameterFactory parameters) {
        int width = config.width();
        attention = new HstuAttention(config.heads(), config.maxLength(), config.maxLength(), config.timeBoundaries());
        gate = new GatedTransform(config.layerNormEpsilon());
        input = child("input", projection(config, parameters));
        positionBias =
                parameter("position_bias", parameters.create(Initializer.constant(0), 2 * config.maxLength() - 1));
        timeBias = parameter(
                "time_bias",
                parameters.create(
                        Initializer.constant(0), config.timeBoundaries().size() + 1));
        gamma = parameter("norm_weight", parameters.create(Initializer.constant(1), width));
        beta = parameter("norm_bias", parameters.create(Initializer.constant(0), width));
        output = child("output", new Linear(width, width, parameters));
        dropout = child("dropout", new Dropout(config.dropout(), parameters.nextKey()));
    }

    private static Linear projection(HstuConfig config, ParameterFactory parameters) {
        int out = PROJECTIONS * config.width();
        Initializer scaled = Initializer.uniform(config.projectionGain() / Math.sqrt(config.width()));
        return new Linear(
                parameters.create(scaled, out, config.width()),
                parameters.create(Initializer.fanIn(config.width()), out));
    }

    /**
     * The block's output.
     *
     * @param x {@code [N, D]}
     * @param sequences which rows belong together, and when they happened
     * @return {@code [N, D]}
     */
    public Tensor forward(Tensor x, Sequences sequences) {
        Tensor[] kqvu = input.forwardSilu(x, PROJECTIONS);
        Tensor times = sequences.times();
        Tensor aggregated = Fused.apply(
                attention, kqvu[1], kqvu[0], kqvu[2], sequences.offsets(), times, times, positionBias, timeBias);
        Tensor gated = Fused.apply(gate, aggregated, kqvu[3], gamma, beta);
        return output.forwardDropoutAdd(gated, dropout, x);
    }
}
