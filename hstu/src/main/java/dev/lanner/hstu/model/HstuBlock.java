package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.CandidateAttention;
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
    private final CandidateAttention candidateAttention;
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
        candidateAttention = new CandidateAttention(attention);
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
     * The pointwise projections of rows.
     *
     * @param x {@code [N, D]}
     */
    public Projections project(Tensor x) {
        Tensor[] kqvu = input.forwardSilu(x, PROJECTIONS);
        return new Projections(kqvu[0], kqvu[1], kqvu[2], kqvu[3]);
    }

    /**
     * The block's output.
     *
     * @param x {@code [N, D]}
     * @param sequences which rows belong together, and when they happened
     * @return {@code [N, D]}
     */
    public Tensor forward(Tensor x, Sequences sequences) {
        return forward(x, project(x), sequences);
    }

    /**
     * The block's output for rows whose projections are there.
     *
     * @param x {@code [N, D]}
     * @param rows {@link #project} of x
     * @param sequences which rows belong together, and when they happened
     * @return {@code [N, D]}
     */
    public Tensor forward(Tensor x, Projections rows, Sequences sequences) {
        Tensor times = sequences.times();
        Tensor aggregated = Fused.apply(
                attention,
                rows.queries(),
                rows.keys(),
                rows.values(),
                sequences.offsets(),
                times,
                times,
                positionBias,
                timeBias);
        return finish(x, rows, aggregated);
    }

    /**
     * The block's output for candidates behind one history: see {@link CandidateAttention}.
     *
     * @param x {@code [M, D]}
     * @param rows {@link #project} of x
     * @param history what this block made of the history's n events
     * @param queryTime I64 {@code [1]}, the time at which the candidates stand
     * @return {@code [M, D]}
     */
    public Tensor forwardCandidates(Tensor x, Projections rows, KeyValues history, Tensor queryTime) {
        Tensor aggregated = Fused.apply(
                candidateAttention,
                rows.queries(),
                rows.keys(),
                rows.values(),
                history.keys(),
                history.values(),
                history.times(),
                queryTime,
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
     * @param sequences the events
     * @param queryTimes I64 {@code [N]}, the time at which each candidate stands
     * @return {@code [N, D]}
     */
    Tensor forwardTargets(Tensor x, Projections rows, Projections events, Sequences sequences, Tensor queryTimes) {
        int last = positionBias.size(0) - 1;
        // A candidate stands a position further on than the event in its row.
        Tensor next = Tensor.concat(0, positionBias.narrow(0, 1, last), positionBias.narrow(0, last, 1));
        Tensor ofEvents = Fused.apply(
                attention,
                rows.queries(),
                events.keys(),
                events.values(),
                sequences.offsets(),
                queryTimes,
                sequences.times(),
                next,
                timeBias);
        return finish(x, rows, ofEvents.add(ofThemselves(rows)));
    }

    /** What each row gets from itself alone. */
    private Tensor ofThemselves(Projections rows) {
        int count = rows.keys().size(0);
        int heads = attention.heads();
        int width = rows.keys().size(1) / heads;
        Tensor bias =
                positionBias.narrow(0, attention.maxLength() - 1, 1).add(timeBias.narrow(0, attention.bucket(0, 0), 1));
        Tensor scores = rows.queries()
                .mul(rows.keys())
                .reshape(count, heads, width)
                .sum(true, 2)
                .add(bias);
        return scores.silu()
                .div(attention.divisor())
                .mul(rows.values().reshape(count, heads, width))
                .reshape(count, heads * width);
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
                attention.heads(), attention.maxLength() + 1, attention.divisor(), attention.timeBoundaries());
        Tensor times = sequences.times();
        Tensor aggregated = Fused.apply(
                whole, rows.queries(), rows.keys(), rows.values(), sequences.offsets(), times, times, longer, timeBias);
        return finish(x, rows, aggregated);
    }

    private Tensor finish(Tensor x, Projections rows, Tensor aggregated) {
        Tensor gated = Fused.apply(gate, aggregated, rows.gates(), gamma, beta);
        return output.forwardDropoutAdd(gated, dropout, x);
    }
}
