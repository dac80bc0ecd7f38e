package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;
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
    private final CandidateAttention candidateAttention;
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
        candidateAttention = new CandidateAttention(attention);
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
                : Constants.vector(0, 2 * config.maxLength() - 1, parameters);
        int buckets = attention.timeBoundaries().size() + 1;
        timeBias = settings.bias().time()
                ? parameter("time_bias", table(config.initial().timeBias(), buckets, parameters))
                : Constants.vector(0, buckets, parameters);
        gamma = block.gateAffine()
                ? parameter("norm_weight", parameters.create(Initializer.constant(1), values))
                : Constants.vector(1, values, parameters);
        beta = block.gateAffine()
                ? parameter("norm_bias", parameters.create(Initializer.constant(0), values))
                : Constants.vector(0, values, parameters);
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

    @Override
    public Projections project(Tensor x) {
        Tensor rows = inputNorm == null ? x : inputNorm.forward(x);
        if (inputOfValues == null) {
            Tensor[] kqvu = input.forwardSilu(rows, PROJECTIONS);
            return new Projections(kqvu[0], kqvu[1], kqvu[2], kqvu[3]);
        }
        Tensor[] kq = input.forwardSilu(rows, 2);
        Tensor[] vu = inputOfValues.forwardSilu(rows, 2);
        return new Projections(kq[0], kq[1], vu[0], vu[1]);
    }

    @Override
    public Tensor forward(Tensor x, Projections rows, Sequences sequences) {
        Tensor times = sequences.times();
        Tensor aggregated = Fused.apply(
                attention,
                rows.queries(),
                rows.keys(),
                rows.values(),
                sequences.offsets(),
                queryTime ? sequences.queryTimes() : times,
                times,
                positionBias,
                timeBias);
        return finish(x, rows, aggregated);
    }

    @Override
    public Tensor forwardCandidates(Tensor x, Projections rows, KeyValues history, Tensor asked, Tensor time) {
        Tensor aggregated = Fused.apply(
                candidateAttention,
                rows.queries(),
                rows.keys(),
                rows.values(),
                history.keys(),
                history.values(),
                history.times(),
                queryTime ? asked : time,
                time,
                positionBias,
                timeBias);
        return finish(x, rows, aggregated);
    }

    /**
     * The block's output for one candidate behind each event: row i stands behind the events up to i of its sequence and sees those
     * and itself. Where the events are a whole history, the candidate behind the last is one of {@link #forwardCandidates}.
     *
     * @param x {@code [N, D]}
     * @param rows {@link #project} of x
     * @param events projections of the events, in this block
     * @param sequences the events; the candidates stand at their query times
     * @return {@code [N, D]}
     */
    Tensor forwardTargets(Tensor x, Projections rows, Projections events, Sequences sequences) {
        int last = positionBias.size(0) - 1;
        // A candidate stands a position further on than the event in its row.
        Tensor next = Tensor.concat(0, positionBias.narrow(0, 1, last), positionBias.narrow(0, last, 1));
        Tensor ofEvents = Fused.apply(
                attention,
                rows.queries(),
                events.keys(),
                events.values(),
                sequences.offsets(),
                sequences.queryTimes(),
                sequences.times(),
                next,
                timeBias);
        return finish(x, rows, ofEvents.add(ofThemselves(rows)));
    }

    /** What each row gets from itself alone. */
    private Tensor ofThemselves(Projections rows) {
        int count = rows.keys().size(0);
        int heads = attention.heads();
        Tensor bias =
                positionBias.narrow(0, attention.maxLength() - 1, 1).add(timeBias.narrow(0, attention.bucket(0, 0), 1));
        Tensor scores = rows.queries()
                .mul(rows.keys())
                .reshape(count, heads, rows.keys().size(1) / heads)
                .sum(true, 2)
                .add(bias);
        return scores.silu()
                .div(attention.divisor())
                .mul(rows.values().reshape(count, heads, rows.values().size(1) / heads))
                .reshape(count, rows.values().size(1));
    }

    /**
     * The block's output for whole sequences that end in a candidate, behind up to L events: {@link #forward} with the position table
     * one longer to either side, where its ends are repeated.
     */
    Tensor forwardWithCandidates(Tensor x, Sequences sequences) {
        Projections rows = project(x);
        int last = positionBias.size(0) - 1;
        Tensor longer = Tensor.concat(0, positionBias.narrow(0, 0, 1), positionBias, positionBias.narrow(0, last, 1));
        HstuAttention whole = new HstuAttention(
                attention.heads(),
                attention.maxLength() + 1,
                attention.divisor(),
                attention.timeBoundaries(),
                attention.activation());
        Tensor times = sequences.times();
        Tensor aggregated = Fused.apply(
                whole, rows.queries(), rows.keys(), rows.values(), sequences.offsets(), times, times, longer, timeBias);
        return finish(x, rows, aggregated);
    }

    private Tensor finish(Tensor x, Projections rows, Tensor aggregated) {
        Tensor gated = Fused.apply(gate, aggregated, rows.beside(), gamma, beta);
        return dropsBefore
                ? output.forwardDropoutAdd(dropout.forward(gated), NO_DROPOUT, x)
                : output.forwardDropoutAdd(gated, dropout, x);
    }
}
