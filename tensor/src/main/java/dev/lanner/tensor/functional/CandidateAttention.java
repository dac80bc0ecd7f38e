package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;

/**
 * The {@link HstuAttention} of rows behind one history (M-FALCON; Zhai et al., "Actions Speak Louder than Words", 2024): candidates for
 * the next event, or the event that comes next. Each stands at position n behind the n events, whose keys and values are there already,
 * and sees all of them and itself, but no other row. With {@code p(d) = positionBias[min(d, L-1) + L-1]} and
 * {@code b(t) = timeBias[bucket(t)]}, {@code s_cj = q_c·keys_j + p(n-j) + b(|queryTime - keyTimes_j|)},
 * {@code s_cc = q_c·k_c + p(0) + b(|queryTime - time|)} and {@code o_c = (1/divisor) (sum_j a_cj values_j + a_cc v_c)}, where
 * {@code a = silu(s)}, or {@code a_c = softmax(s_c / sqrt(dqk))} over the events and the row itself.
 *
 * <p>A row is what the attention over history and row together gives its last row. A history of L events has a candidate at
 * distance L, beyond the table: it takes the bias of the largest distance that is in it.
 *
 * <p>Inputs: the rows' q {@code [M, H*dqk]}, k {@code [M, H*dqk]}, v {@code [M, H*dv]}, the history's keys {@code [n, H*dqk]} and
 * values {@code [n, H*dv]}, in seconds keyTimes I64 {@code [n]}, queryTime I64 {@code [1]}, with which the rows ask, and time I64
 * {@code [1]}, at which they are, positionBias {@code [2L-1]}, timeBias {@code [T]}. Output: {@code [M, H*dv]}.
 *
 * @param attention the attention that the history was encoded with: H, L, divisor, time boundaries and activation
 */
public record CandidateAttention(HstuAttention attention) implements FusedOp {
    @Override
    public String name() {
        return "candidateAttention";
    }

    /**
     * Where the position bias of a key lies in its table.
     *
     * @param distance the candidate's position less the key's, in [0, L]
     */
    public int positionIndex(int distance) {
        return Math.min(distance, attention.maxLength() - 1) + attention.maxLength() - 1;
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Tensor q = inputs[0];
        Tensor v = inputs[2];
        Operands.rank(name(), "q", q, 2);
        Operands.shape(name(), "k", inputs[1], q.size(0), q.size(1));
        Operands.rank(name(), "v", v, 2);
        Operands.shape(name(), "v", v, q.size(0), v.size(1));
        int heads = attention.heads();
        if (q.size(1) % heads != 0 || v.size(1) % heads != 0) {
            throw new ShapeException(name() + ": widths must be multiples of " + heads + " heads (q=" + q.shape()
                    + ", v=" + v.shape() + ")");
        }
        Operands.rank(name(), "keys", inputs[3], 2);
        int events = inputs[3].size(0);
        Operands.shape(name(), "keys", inputs[3], events, q.size(1));
        Operands.shape(name(), "values", inputs[4], events, v.size(1));
        if (events > attention.maxLength()) {
            throw new ShapeException(name() + ": a history must have at most maxLength " + attention.maxLength()
                    + " events, found " + events);
        }
        Operands.dtype(name(), "keyTimes", inputs[5], DType.I64);
        Operands.shape(name(), "keyTimes", inputs[5], events);
        Operands.dtype(name(), "queryTime", inputs[6], DType.I64);
        Operands.shape(name(), "queryTime", inputs[6], 1);
        Operands.dtype(name(), "time", inputs[7], DType.I64);
        Operands.shape(name(), "time", inputs[7], 1);
        Operands.shape(name(), "positionBias", inputs[8], 2 * attention.maxLength() - 1);
        Operands.shape(name(), "timeBias", inputs[9], attention.timeBoundaries().size() + 1);
        return new Shape[] {v.shape()};
    }

    /** All times. */
    @Override
    public boolean readsValues() {
        return true;
    }

    @Override
    public boolean isInteger(int input) {
        return input >= 5 && input <= 7;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        long[] keyTimes = inputs[5].toLongs();
        long queryTime = inputs[6].toLongs()[0];
        int events = keyTimes.length;
        int[] positions = new int[events];
        int[] buckets = new int[events];
        for (int j = 0; j < events; j++) {
            positions[j] = positionIndex(events - j);
            buckets[j] = attention.bucket(queryTime, keyTimes[j]);
        }
        Tensor ofHistory = bias(inputs[8], inputs[9], positions, buckets);
        int own = attention.bucket(queryTime, inputs[7].toLongs()[0]);
        Tensor ofItself = bias(inputs[8], inputs[9], new int[] {positionIndex(0)}, own);
        int heads = attention.heads();
        int keyWidth = inputs[0].size(1) / heads;
        int valueWidth = inputs[2].size(1) / heads;
        Tensor[] outputs = new Tensor[heads];
        for (int h = 0; h < heads; h++) {
            Tensor q = inputs[0].narrow(1, h * keyWidth, keyWidth);
            Tensor k = inputs[1].narrow(1, h * keyWidth, keyWidth);
            Tensor v = inputs[2].narrow(1, h * valueWidth, valueWidth);
            Tensor keys = inputs[3].narrow(1, h * keyWidth, keyWidth);
            Tensor values = inputs[4].narrow(1, h * valueWidth, valueWidth);
            Tensor history = q.matmul(keys.transpose()).add(ofHistory);
            Tensor itself = q.mul(k).sum(true, 1).add(ofItself);
            Tensor weights = attention.activation().weights(Tensor.concat(1, history, itself), keyWidth);
            Tensor ofEvents = weights.narrow(1, 0, events).matmul(values);
            outputs[h] = ofEvents.add(weights.narrow(1, events, 1).mul(v)).div(attention.divisor());
        }
        return new Tensor[] {Tensor.concat(1, outputs)};
    }

    private static Tensor bias(Tensor positionBias, Tensor timeBias, int[] positions, int... buckets) {
        Tensor position = positionBias.unsqueeze(1).gatherRows(Tensor.of(positions, positions.length));
        Tensor time = timeBias.unsqueeze(1).gatherRows(Tensor.of(buckets, buckets.length));
        return position.add(time).squeeze(1);
    }
}
