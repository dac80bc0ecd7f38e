package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.List;

/**
 * One HSTU block (Zhai et al., 2024): pointwise projection {@code [K, Q, V, U] = silu(W_in x + b_in)}, spatial aggregation by
 * attention with relative attention bias, {@code o = A(Q, K) V}, gated transformation {@code y = W_out (LayerNorm(o) ⊙ U) + b_out + x}.
 * {@link BlockConfig} says where the paper and the article differ: a normalisation before the projection, the projection's bias,
 * scale and shift of the gate's normalisation, and where elements are dropped.
 */
public final class HstuBlock extends EncoderBlock {
    private static final int PROJECTIONS = 4;
    private static final Dropout NO_DROPOUT = new Dropout(0, RandomKey.of(0));

    private final HstuAttention attention;
    private final boolean queryTime;
    /** Null without normalisation before the projection. */
    private final Normalization inputNorm;

    private final GatedTransform gate;
    /** To K, Q, V and U, or to K and Q where those have a width of their own. */
    private final Linear input;
    /** To V and U; null where {@link #input} makes those too. */
    private final Linear inputOfValues;

    private final Tensor positionBias;
    private final Tensor timeBias;
    private final Tensor gamma;
    private final Tensor beta;
    private final Linear output;
    private final boolean dropsBefore;
    private final Dropout dropout;

    /** A block with initial values made by a factory. */
    public HstuBlock(HstuConfig config, ParameterFactory parameters) {
        AttentionConfig settings = config.attention();
        BlockConfig block = config.block();
        int keys = settings.heads() * settings.queryWidth();
        int values = settings.heads() * settings.valueWidth();
        attention = attention(config);
        queryTime = settings.queryTime();
        inputNorm = block.inputNorm() ? new Normalization(config, parameters) : null;
        gate = new GatedTransform(block.epsilon());
        if (keys == values) {
            input = child("input", projection(config, PROJECTIONS * keys, parameters));
            inputOfValues = null;
        } else {
            input = child("input", projection(config, 2 * keys, parameters));
            inputOfValues = child("input_of_values", projection(config, 2 * values, parameters));
        }
        positionBias = settings.bias().position()
                ? parameter(
                        "position_bias", table(config.initial().positionBias(), 2 * config.maxLength() - 1, parameters))
                : zeros(2 * config.maxLength() - 1, parameters);
        int buckets = attention.timeBoundaries().size() + 1;
        timeBias = settings.bias().time()
                ? parameter("time_bias", table(config.initial().timeBias(), buckets, parameters))
                : zeros(buckets, parameters);
        Tensor ones = parameters.create(Initializer.constant(1), values);
        gamma = block.gateAffine() ? parameter("norm_weight", ones) : ones;
        Tensor none = zeros(values, parameters);
        beta = block.gateAffine() ? parameter("norm_bias", none) : none;
        output = child(
                "output",
                new Linear(
                        parameters.create(config.initial().output().of(values, config.width()), config.width(), values),
                        parameters.create(Initializer.fanIn(values), config.width())));
        dropsBefore = block.dropoutPlace() == DropoutPlace.BEFORE_OUTPUT;
        dropout = child("dropout", new Dropout(config.dropout(), parameters.nextKey()));
    }

    private static HstuAttention attention(HstuConfig config) {
        AttentionConfig settings = config.attention();
        return new HstuAttention(
                settings.heads(),
                config.maxLength(),
                settings.activation() == AttentionActivation.SOFTMAX ? 1 : settings.divisor(),
                settings.bias().time() ? settings.timeBoundaries() : List.of(),
                settings.activation());
    }

    private static Linear projection(HstuConfig config, int outputs, ParameterFactory parameters) {
        int width = config.width();
        Tensor weight = parameters.create(config.initial().projection().of(width, outputs), outputs, width);
        return config.block().projectionBias()
                ? new Linear(weight, parameters.create(Initializer.fanIn(width), outputs))
                : Linear.withoutBias(weight);
    }

    private static Tensor table(InitialValues values, int size, ParameterFactory parameters) {
        return parameters.create(values.of(size, 1), size);
    }

    private static Tensor zeros(int size, ParameterFactory parameters) {
        return parameters.create(Initializer.constant(0), size);
    }

    @Override
    public Tensor forward(Tensor x, Sequences sequences) {
        Tensor[] kqvu = project(inputNorm == null ? x : inputNorm.forward(x));
        Tensor times = sequences.times();
        Tensor aggregated = Fused.apply(
                attention,
                kqvu[1],
                kqvu[0],
                kqvu[2],
                sequences.offsets(),
                queryTime ? sequences.queryTimes() : times,
                times,
                positionBias,
                timeBias);
        Tensor gated = Fused.apply(gate, aggregated, kqvu[3], gamma, beta);
        return dropsBefore
                ? output.forwardDropoutAdd(dropout.forward(gated), NO_DROPOUT, x)
                : output.forwardDropoutAdd(gated, dropout, x);
    }

    private Tensor[] project(Tensor x) {
        if (inputOfValues == null) {
            return input.forwardSilu(x, PROJECTIONS);
        }
        Tensor[] kq = input.forwardSilu(x, 2);
        Tensor[] vu = inputOfValues.forwardSilu(x, 2);
        return new Tensor[] {kq[0], kq[1], vu[0], vu[1]};
    }
}
