package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Operands of {@link HstuAttention} that a kernel may stumble over. Values are kept by sequence, so that a sequence can be taken
 * out of its batch.
 */
final class AttentionCase {
    /** Boundaries of an hour, a day, a week and thirty days, in seconds. */
    static final List<Long> BOUNDARIES = List.of(3_600L, 86_400L, 604_800L, 2_592_000L);

    /** Steps in time on, just below and just above the boundaries, back in time too. */
    static final long[] STEPS = {
        0, 1, -1, 3_599, 3_600, 3_601, 86_400, 604_800, -3_600, 2_591_999, 2_592_000, 400_000_000
    };

    private final HstuAttention op;
    private final int keyWidth;
    private final int valueWidth;
    private final List<Sequence> sequences = new ArrayList<>();
    private final HostArray positionBias;
    private final HostArray timeBias;

    /** The rows of one sequence; times in seconds. */
    record Sequence(int length, float[] q, float[] k, float[] v, long[] queryTimes, long[] keyTimes) {
        Sequence copy() {
            return new Sequence(length, q.clone(), k.clone(), v.clone(), queryTimes.clone(), keyTimes.clone());
        }
    }

    /**
     * A batch of random sequences.
     *
     * @param op heads, longest sequence and time boundaries
     * @param dqk width of a head's queries and keys
     * @param dv width of a head's values
     */
    AttentionCase(HstuAttention op, int dqk, int dv, Samples samples, int... lengths) {
        this.op = op;
        this.keyWidth = op.heads() * dqk;
        this.valueWidth = op.heads() * dv;
        for (int length : lengths) {
            sequences.add(sequence(length, samples));
        }
        this.positionBias = samples.floating(DType.F32, 2 * op.maxLength() - 1, -1, 1);
        this.timeBias = samples.floating(DType.F32, op.timeBoundaries().size() + 1, -1, 1);
    }

    private AttentionCase(AttentionCase from, List<Sequence> sequences) {
        this(from, sequences, from.positionBias);
    }

    private AttentionCase(AttentionCase from, List<Sequence> sequences, HostArray positionBias) {
        this.op = from.op;
        this.keyWidth = from.keyWidth;
        this.valueWidth = from.valueWidth;
        this.positionBias = positionBias;
        this.timeBias = from.timeBias;
        this.sequences.addAll(sequences);
    }

    private Sequence sequence(int length, Samples samples) {
        long[] keyTimes = new long[length];
        long[] queryTimes = new long[length];
        long now = 1_000_000_000;
        for (int i = 0; i < length; i++) {
            keyTimes[i] = now;
            now += STEPS[samples.between(0, STEPS.length)];
            queryTimes[i] = now;
        }
        return new Sequence(
                length,
                samples.floating(DType.F32, length * keyWidth, -1, 1).floats(),
                samples.floating(DType.F32, length * keyWidth, -1, 1).floats(),
                samples.floating(DType.F32, length * valueWidth, -1, 1).floats(),
                queryTimes,
                keyTimes);
    }

    /** Only one of the sequences. */
    AttentionCase alone(int sequence) {
        return new AttentionCase(this, List.of(sequences.get(sequence)));
    }

    /** The same batch with another event t in one sequence: its key, value and times, and its query. */
    AttentionCase withOtherEvent(int sequence, int t, Samples samples) {
        List<Sequence> changed = new ArrayList<>(sequences);
        Sequence copy = sequences.get(sequence).copy();
        Sequence other = sequence(copy.length(), samples);
        System.arraycopy(other.q(), t * keyWidth, copy.q(), t * keyWidth, keyWidth);
        System.arraycopy(other.k(), t * keyWidth, copy.k(), t * keyWidth, keyWidth);
        System.arraycopy(other.v(), t * valueWidth, copy.v(), t * valueWidth, valueWidth);
        copy.keyTimes()[t] += 5_000_000;
        copy.queryTimes()[t] += 7_000_000;
        changed.set(sequence, copy);
        return new AttentionCase(this, changed);
    }

    /**
     * The same batch with a window: a bias that leaves nothing of keys that are further away.
     *
     * @param bias far below every score
     */
    AttentionCase windowed(int distance, float bias) {
        float[] positions = positionBias.floats().clone();
        for (int i = 0; i < positions.length; i++) {
            if (Math.abs(i - (op.maxLength() - 1)) > distance) {
                positions[i] = bias;
            }
        }
        return new AttentionCase(this, sequences, HostArray.of(positions));
    }

    HstuAttention op() {
        return op;
    }

    int valueWidth() {
        return valueWidth;
    }

    /** The row of the packed batch at which a sequence starts. */
    int start(int sequence) {
        return sequences.subList(0, sequence).stream()
                .mapToInt(Sequence::length)
                .sum();
    }

    int length(int sequence) {
        return sequences.get(sequence).length();
    }

    int count() {
        return sequences.size();
    }

    /**
     * The packed operands.
     *
     * @param tail rows past the last sequence, which hold NaN
     * @param from how the matrices lie
     */
    Operand[] operands(int tail, Arrangement from) {
        int used = start(sequences.size());
        int rows = used + tail;
        float[] q = new float[rows * keyWidth];
        float[] k = new float[rows * keyWidth];
        float[] v = new float[rows * valueWidth];
        long[] queryTimes = new long[rows];
        long[] keyTimes = new long[rows];
        Arrays.fill(q, used * keyWidth, q.length, Float.NaN);
        Arrays.fill(k, used * keyWidth, k.length, Float.NaN);
        Arrays.fill(v, used * valueWidth, v.length, Float.NaN);
        int[] offsets = new int[sequences.size() + 1];
        for (int b = 0; b < sequences.size(); b++) {
            Sequence sequence = sequences.get(b);
            int start = offsets[b];
            System.arraycopy(sequence.q(), 0, q, start * keyWidth, sequence.q().length);
            System.arraycopy(sequence.k(), 0, k, start * keyWidth, sequence.k().length);
            System.arraycopy(sequence.v(), 0, v, start * valueWidth, sequence.v().length);
            System.arraycopy(sequence.queryTimes(), 0, queryTimes, start, sequence.length());
            System.arraycopy(sequence.keyTimes(), 0, keyTimes, start, sequence.length());
            offsets[b + 1] = start + sequence.length();
        }
        Arrangement vectors = from == Arrangement.CONTIGUOUS ? from : Arrangement.OFFSET;
        return new Operand[] {
            Operand.in(HostArray.of(q), Shape.of(rows, keyWidth), from),
            Operand.in(HostArray.of(k), Shape.of(rows, keyWidth), from),
            Operand.in(HostArray.of(v), Shape.of(rows, valueWidth), from),
            Operand.in(HostArray.of(offsets), Shape.of(offsets.length), vectors),
            Operand.in(HostArray.of(queryTimes), Shape.of(rows), vectors),
            Operand.in(HostArray.of(keyTimes), Shape.of(rows), vectors),
            Operand.in(positionBias, Shape.of(2 * op.maxLength() - 1), vectors),
            Operand.in(timeBias, Shape.of(op.timeBoundaries().size() + 1), vectors)
        };
    }
}
