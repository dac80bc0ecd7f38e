package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;

/**
 * The {@link HstuAttention} of candidates for the next event (M-FALCON; Zhai et al., "Actions Speak Louder than Words", 2024): each
 * stands at position n behind the n events of one history, whose keys and values are there already, and sees all of them and itself,
 * but no other candidate. With {@code p(d) = positionBias[min(d, L-1) + L-1]} and {@code b(t) = timeBias[bucket(t)]},
 * {@code s_cj = q_c·keys_j + p(n-j) + b(|queryTime - keyTimes_j|)}, {@code s_cc = q_c·k_c + p(0) + b(0)} and
 * {@code o_c = (1/divisor) (sum_j silu(s_cj) values_j + silu(s_cc) v_c)}.
 *
 * <p>A row is what the attention over history and candidate together gives its last row. A history of L events has a candidate at
 * distance L, beyond the table: it takes the bias of the largest distance that is in it.
 *
 * <p>Inputs: the candidates' q {@code [M, H*dqk]}, k {@code [M, H*dqk]}, v {@code [M, H*dv]}, the history's keys {@code [n, H*dqk]} and
 * values {@code [n, H*dv]}, keyTimes I64 {@code [n]} and queryTime I64 {@code [1]} in seconds, positionBias {@code [2L-1]}, timeBias
 * {@code [T]}. Output: {@code [M, H*dv]}.
 *
 * @param attention the attention that the history was encoded with, by SiLU: H, L, divisor and time boundaries
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
        if (attention.activation() != AttentionActivation.SILU) {
            throw new IllegalArgumentException(
                    name() + ": the attention must be by SiLU, found " + attention.activation());
        }
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
        Operands.shape(name(), "positionBias", inputs[7], 2 * attention.maxLength() - 1);
        Operands.shape(name(), "timeBias", inputs[8], attention.timeBoundaries().size() + 1);
        return new Shape[] {v.shape()};
    }

    /** Both times. */
    @Override
    public boolean readsValues() {
        return true;
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
        Tensor ofHistory = bias(inputs[7], inputs[8], positions, buckets);
        Tensor ofItself = bias(
                inputs[7], inputs[8], new int[] {positionIndex(0)}, new int[] {attention.bucket(queryTime, queryTime)});
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
            Tensor history = q.matmul(keys.transpose()).add(ofHistory).silu().matmul(values);
            Tensor itself = q.mul(k).sum(true, 1).add(ofItself).silu().mul(v);
            outputs[h] = history.add(itself).div(attention.divisor());
        }
        return new Tensor[] {Tensor.concat(1, outputs)};
    }

    private static Tensor bias(Tensor positionBias, Tensor timeBias, int[] positions, int... buckets) {
        Tensor position = positionBias.unsqueeze(1).gatherRows(Tensor.of(positions, positions.length));
        Tensor time = timeBias.unsqueeze(1).gatherRows(Tensor.of(buckets, buckets.length));
        return position.add(time).squeeze(1);
    }
}
