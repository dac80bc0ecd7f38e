package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Linear;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.List;

/**
 * One block of SASRec (Kang and McAuley, "Self-Attentive Sequential Recommendation", 2018): with {@code q = LN(x)}, attention
 * {@code a = softmax((W_q q)(W_k x)^T / sqrt(dqk)) W_v x}, a residual connection from the normalised rows, {@code h = LN(q + W_o a)},
 * and a pointwise feed-forward layer, {@code y = h + W_2 relu(W_1 h)}, all W with biases, no LN with scale and shift. Elements are
 * dropped after W_o, after relu and after W_2; SASRec drops weights of the attention instead of the first.
 */
public final class SasrecBlock extends EncoderBlock {
    private final HstuAttention attention;
    private final Normalization norm;
    private final Linear queries;
    private final Linear keys;
    private final Linear values;
    private final Linear output;
    private final Linear hidden;
    private final Linear feedForward;
    private final Dropout outputDropout;
    private final Dropout hiddenDropout;
    private final Dropout feedForwardDropout;
    private final Tensor noPositionBias;
    private final Tensor noTimeBias;

    /** A block with initial values made by a factory; its feed-forward layer is as wide as the model. */
    public SasrecBlock(HstuConfig config, ParameterFactory parameters) {
        AttentionConfig settings = config.attention();
        int width = config.width();
        int keyWidth = settings.heads() * settings.queryWidth();
        int valueWidth = settings.heads() * settings.valueWidth();
        attention = new HstuAttention(settings.heads(), config.maxLength(), 1, List.of(), AttentionActivation.SOFTMAX);
        norm = new Normalization(config, parameters);
        InitialConfig initial = config.initial();
        queries = child("queries", ofAttention(initial.projection(), width, keyWidth, parameters));
        keys = child("keys", ofAttention(initial.projection(), width, keyWidth, parameters));
        values = child("values", ofAttention(initial.projection(), width, valueWidth, parameters));
        output = child("output", ofAttention(initial.output(), valueWidth, width, parameters));
        hidden = child("hidden", ofFeedForward(initial.feedForward(), width, parameters));
        feedForward = child("feed_forward", ofFeedForward(initial.feedForward(), width, parameters));
        outputDropout = dropout("output_dropout", config, parameters);
        hiddenDropout = dropout("hidden_dropout", config, parameters);
        feedForwardDropout = dropout("feed_forward_dropout", config, parameters);
        noPositionBias = Constants.vector(0, 2 * config.maxLength() - 1, parameters);
        noTimeBias = Constants.vector(0, 1, parameters);
    }

    /** PyTorch's multi-head attention begins with biases of 0. */
    private static Linear ofAttention(InitialValues initial, int in, int out, ParameterFactory parameters) {
        return new Linear(
                parameters.create(initial.of(in, out), out, in), parameters.create(Initializer.constant(0), out));
    }

    private static Linear ofFeedForward(InitialValues initial, int width, ParameterFactory parameters) {
        return new Linear(
                parameters.create(initial.of(width, width), width, width),
                parameters.create(Initializer.fanIn(width), width));
    }

    private Dropout dropout(String name, HstuConfig config, ParameterFactory parameters) {
        return child(name, new Dropout(config.dropout(), parameters.nextKey()));
    }

    @Override
    public Projections project(Tensor x) {
        Tensor normalised = norm.forward(x);
        return new Projections(keys.forward(x), queries.forward(normalised), values.forward(x), normalised);
    }

    @Override
    public Tensor forward(Tensor x, Projections rows, Sequences sequences) {
        return finish(
                rows,
                Fused.apply(
                        attention,
                        rows.queries(),
                        rows.keys(),
                        rows.values(),
                        sequences.offsets(),
                        sequences.times(),
                        sequences.times(),
                        noPositionBias,
                        noTimeBias));
    }

    @Override
    public Tensor forwardCandidates(Tensor x, Projections rows, KeyValues history, Tensor queryTime, Tensor time) {
        return finish(
                rows,
                Fused.apply(
                        new CandidateAttention(attention),
                        rows.queries(),
                        rows.keys(),
                        rows.values(),
                        history.keys(),
                        history.values(),
                        history.times(),
                        queryTime,
                        time,
                        noPositionBias,
                        noTimeBias));
    }

    private Tensor finish(Projections rows, Tensor aggregated) {
        Tensor h = norm.forward(output.forwardDropoutAdd(aggregated, outputDropout, rows.beside()));
        Tensor activated = hiddenDropout.forward(hidden.forward(h).relu());
        return feedForward.forwardDropoutAdd(activated, feedForwardDropout, h);
    }
}
