package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;

/**
 * {@link CandidateAttention} as products of all candidates with the history, without a gradient. Scores of all of them are there at a
 * time, {@code [H, M, n + 1]}. Every sum is one chain in the order of the events: what a candidate gets does not depend on those beside
 * it.
 */
final class CandidateAttentionKernel implements FusedKernel {
    private static final int KEYS = 3;
    private static final int VALUES = 4;
    private static final int KEY_TIMES = 5;
    private static final int QUERY_TIME = 6;
    private static final int TIME = 7;
    private static final int POSITION_BIAS = 8;
    private static final int TIME_BIAS = 9;

    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;
    private final CandidateAttention op;

    CandidateAttentionKernel(Dispatcher to, Memory memory, PlainOps plain, CandidateAttention op) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
        this.op = op;
    }

    @Override
    public boolean hasGradient() {
        return false;
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        throw new IllegalStateException("candidateAttention: this kernel has no gradient");
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        View q = inputs[0];
        View v = inputs[2];
        View out = outputs[0];
        int rows = q.shape().size(0);
        int events = inputs[KEYS].shape().size(0);
        int heads = op.attention().heads();
        if (rows == 0) {
            return;
        }
        Shape shape = Shape.of(heads, rows, events + 1);
        TornadoStorage storage = memory.floats(shape.elements());
        View scores = new View(storage, Layout.contiguous(shape));
        for (int head = 0; head < heads; head++) {
            View ofHistory = ofHistory(scores, head);
            multiply(1, head(q, head), transpose(head(inputs[KEYS], head)), 0, ofHistory);
        }
        to.dispatch(new DeviceTask(
                CandidateScoreTasks.KERNEL,
                Grid.elements(shape.elements()),
                meta(inputs, out),
                arguments(inputs, storage)));
        if (isSoftmax()) {
            SoftmaxRows.apply(to, scores);
        } else {
            plain.unary(UnaryOp.SILU, scores, scores);
        }
        double scale = 1 / op.attention().divisor();
        for (int head = 0; head < heads; head++) {
            View result = head(out, head);
            View own = new View(storage, scores.layout().select(0, head).slice(1, events, 1, 1));
            plain.binary(BinaryOp.MUL, own.expand(result.shape()), head(v, head), result);
            multiply(scale, ofHistory(scores, head), head(inputs[VALUES], head), scale, result);
        }
        memory.giveBack(storage);
    }

    private boolean isSoftmax() {
        return op.attention().activation() == AttentionActivation.SOFTMAX;
    }

    /** A head's columns of a matrix. */
    private View head(View matrix, int head) {
        int width = matrix.shape().size(1) / op.attention().heads();
        return new View(matrix.storage(), matrix.layout().slice(1, head * width, width, 1));
    }

    private static View transpose(View matrix) {
        return new View(matrix.storage(), matrix.layout().transpose(0, 1));
    }

    /** The scores of a head without those of the candidates with themselves. */
    private static View ofHistory(View scores, int head) {
        int events = scores.shape().size(2) - 1;
        return new View(scores.storage(), scores.layout().select(0, head).slice(1, 0, events, 1));
    }

    /** As a batch of one product: a product alone may be cut into slices, whose length depends on the number of candidates. */
    private void multiply(double alpha, View a, View b, double beta, View out) {
        plain.matmul(alpha, batch(a), batch(b), beta, batch(out));
    }

    private static View batch(View matrix) {
        return matrix.expand(Shape.of(1, matrix.shape().size(0), matrix.shape().size(1)));
    }

    private Meta meta(View[] inputs, View out) {
        // The last four stand where attention has its gradients and result, which these scores do not read.
        View[] matrices = {inputs[0], inputs[1], inputs[2], out, inputs[0], inputs[1], inputs[2], out};
        View[] vectors = {inputs[TIME], inputs[QUERY_TIME], inputs[KEY_TIMES], inputs[POSITION_BIAS], inputs[TIME_BIAS]
        };
        int keyWidth = inputs[0].shape().size(1) / op.attention().heads();
        float scale = isSoftmax() ? (float) (1 / Math.sqrt(keyWidth)) : 1;
        return AttentionMeta.of(op.attention(), new float[] {scale}, matrices, vectors)
                .set(CandidateScoreTasks.EVENTS, inputs[KEYS].shape().size(0));
    }

    private static TornadoStorage[] arguments(View[] inputs, TornadoStorage scores) {
        int[] read = {0, 1, TIME, QUERY_TIME, KEY_TIMES, POSITION_BIAS, TIME_BIAS};
        TornadoStorage[] arguments = new TornadoStorage[read.length + 1];
        for (int i = 0; i < read.length; i++) {
            arguments[i] = TornadoStorage.of(inputs[read[i]].storage());
        }
        arguments[read.length] = scores;
        return arguments;
    }
}
