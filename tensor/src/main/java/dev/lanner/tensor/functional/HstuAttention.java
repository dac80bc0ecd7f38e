package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Causal HSTU attention with relative attention bias (Zhai et al., "Actions Speak Louder than Words", 2024) over packed sequences:
 * within a sequence, for {@code j <= i}, {@code s_ij = q_i·k_j + positionBias[i-j+L-1] + timeBias[bucket(|tq_i - tk_j|)]} and
 * {@code o_i = (1/divisor) sum_j a_ij v_j}, where {@code a_ij = silu(s_ij)}, without scaling by the width, or
 * {@code a_i = softmax(s_i / sqrt(dqk))} over {@code j <= i}. The heads share the bias.
 *
 * <p>Inputs: q {@code [N, H*dqk]}, k {@code [N, H*dqk]}, v {@code [N, H*dv]}, offsets I32 {@code [B+1]} (ascending from 0; sequence b
 * is rows offsets[b] to offsets[b+1] - 1, rows past the last offset belong to none and give 0), queryTimes and keyTimes I64
 * {@code [N]} in seconds, positionBias {@code [2L-1]}, timeBias {@code [T]}. Output: {@code [N, H*dv]}.
 *
 * @param heads H
 * @param maxLength L, the longest sequence allowed
 * @param divisor the constant that sums are divided by, so that a result does not depend on batch mates
 * @param timeBoundaries T-1 numbers of seconds, none less than the one before: bucket(d) is how many of them are at most d
 * @param activation what becomes of the scores
 */
public record HstuAttention(
        int heads, int maxLength, double divisor, List<Long> timeBoundaries, AttentionActivation activation)
        implements FusedOp {
    /** A score whose exponential is 0; finite, so that {@code NonFinite} has nothing to find. */
    private static final double EXCLUDED = -1e30;

    /** Checks the attributes. */
    public HstuAttention {
        timeBoundaries = List.copyOf(timeBoundaries);
        Objects.requireNonNull(activation, "hstuAttention: activation");
        if (heads < 1 || maxLength < 1 || !(divisor > 0)) {
            throw new IllegalArgumentException("hstuAttention: heads, maxLength and divisor must be positive, found "
                    + heads + ", " + maxLength + ", " + divisor);
        }
        for (int i = 1; i < timeBoundaries.size(); i++) {
            if (timeBoundaries.get(i) < timeBoundaries.get(i - 1)) {
                throw new IllegalArgumentException(
                        "hstuAttention: time boundaries must ascend, found " + timeBoundaries);
            }
        }
    }

    /** An operation with SILU. */
    public HstuAttention(int heads, int maxLength, double divisor, List<Long> timeBoundaries) {
        this(heads, maxLength, divisor, timeBoundaries, AttentionActivation.SILU);
    }

    @Override
    public String name() {
        return "hstuAttention";
    }

    /** The bucket of a time difference: how many boundaries are at most its absolute value, were it computed without overflow. */
    public int bucket(long queryTime, long keyTime) {
        long later = Math.max(queryTime, keyTime);
        long difference = later - Math.min(queryTime, keyTime);
        long distance = difference < 0 ? Long.MAX_VALUE : difference;
        int bucket = 0;
        while (bucket < timeBoundaries.size() && timeBoundaries.get(bucket) <= distance) {
            bucket++;
        }
        return bucket;
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Tensor q = inputs[0];
        Operands.rank(name(), "q", q, 2);
        int rows = q.size(0);
        Operands.shape(name(), "k", inputs[1], rows, q.size(1));
        Operands.rank(name(), "v", inputs[2], 2);
        Operands.shape(name(), "v", inputs[2], rows, inputs[2].size(1));
        if (q.size(1) % heads != 0 || inputs[2].size(1) % heads != 0) {
            throw new ShapeException(name() + ": widths must be multiples of " + heads + " heads (q=" + q.shape()
                    + ", v=" + inputs[2].shape() + ")");
        }
        Operands.dtype(name(), "offsets", inputs[3], DType.I32);
        Operands.rank(name(), "offsets", inputs[3], 1);
        Operands.dtype(name(), "queryTimes", inputs[4], DType.I64);
        Operands.shape(name(), "queryTimes", inputs[4], rows);
        Operands.dtype(name(), "keyTimes", inputs[5], DType.I64);
        Operands.shape(name(), "keyTimes", inputs[5], rows);
        Operands.shape(name(), "positionBias", inputs[6], 2 * maxLength - 1);
        Operands.shape(name(), "timeBias", inputs[7], timeBoundaries.size() + 1);
        inputs[3].check(name(), offsets -> checkOffsets(offsets, rows));
        return new Shape[] {inputs[2].shape()};
    }

    private void checkOffsets(int[] offsets, int rows) {
        if (offsets.length == 0 || offsets[0] != 0) {
            throw new ShapeException(name() + ": offsets must start with 0 (found " + offsets.length + " offsets)");
        }
        for (int b = 1; b < offsets.length; b++) {
            int length = offsets[b] - offsets[b - 1];
            if (length < 0 || length > maxLength || offsets[b] > rows) {
                throw new ShapeException(
                        name() + ": offsets must ascend to at most " + rows + " rows by at most maxLength " + maxLength
                                + ", found " + offsets[b - 1] + ", " + offsets[b] + " at sequence " + (b - 1));
            }
        }
    }

    @Override
    public boolean readsValues() {
        return true;
    }

    @Override
    public boolean isInteger(int input) {
        return input >= 3 && input <= 5;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        int[] offsets = inputs[3].toInts();
        long[] queryTimes = inputs[4].toLongs();
        long[] keyTimes = inputs[5].toLongs();
        List<Tensor> outputs = new ArrayList<>();
        for (int b = 0; b + 1 < offsets.length; b++) {
            int start = offsets[b];
            int length = offsets[b + 1] - start;
            if (length > 0) {
                Tensor bias = bias(inputs[6], inputs[7], queryTimes, keyTimes, start, length);
                outputs.add(sequence(
                        rows(inputs[0], start, length),
                        rows(inputs[1], start, length),
                        rows(inputs[2], start, length),
                        bias));
            }
        }
        int used = offsets[offsets.length - 1];
        int rest = inputs[2].size(0) - used;
        if (rest > 0 || outputs.isEmpty()) {
            outputs.add(Tensor.zeros(inputs[2].dtype(), Shape.of(rest, inputs[2].size(1))));
        }
        return new Tensor[] {Tensor.concat(0, outputs.toArray(Tensor[]::new))};
    }

    private static Tensor rows(Tensor x, int start, int length) {
        return x.narrow(0, start, length);
    }

    /** The relative attention bias of one sequence, {@code [n, n]}. */
    private Tensor bias(Tensor positionBias, Tensor timeBias, long[] queryTimes, long[] keyTimes, int start, int n) {
        int[] positions = new int[n * n];
        int[] buckets = new int[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                positions[i * n + j] = i - j + maxLength - 1;
                buckets[i * n + j] = bucket(queryTimes[start + i], keyTimes[start + j]);
            }
        }
        Tensor position =
                positionBias.unsqueeze(1).gatherRows(Tensor.of(positions, n, n)).squeeze(2);
        Tensor time = timeBias.unsqueeze(1).gatherRows(Tensor.of(buckets, n, n)).squeeze(2);
        return position.add(time);
    }

    private Tensor sequence(Tensor q, Tensor k, Tensor v, Tensor bias) {
        int n = q.size(0);
        int keyWidth = q.size(1) / heads;
        int valueWidth = v.size(1) / heads;
        Tensor position = Tensor.arange(DType.I32, n);
        Tensor past = position.unsqueeze(0).le(position.unsqueeze(1));
        Tensor[] outputs = new Tensor[heads];
        for (int h = 0; h < heads; h++) {
            Tensor queries = q.narrow(1, h * keyWidth, keyWidth);
            Tensor keys = k.narrow(1, h * keyWidth, keyWidth);
            Tensor scores = queries.matmul(keys.transpose()).add(bias);
            Tensor attention = activate(scores, past, keyWidth);
            outputs[h] =
                    attention.matmul(v.narrow(1, h * valueWidth, valueWidth)).div(divisor);
        }
        return Tensor.concat(1, outputs);
    }

    private Tensor activate(Tensor scores, Tensor past, int keyWidth) {
        return switch (activation) {
            case SILU -> past.where(activation.weights(scores, keyWidth), scores.scalarLike(0));
            case SOFTMAX -> activation.weights(past.where(scores, scores.scalarLike(EXCLUDED)), keyWidth);
        };
    }
}
