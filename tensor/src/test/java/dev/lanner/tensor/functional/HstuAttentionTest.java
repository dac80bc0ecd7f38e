package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The equation of the attention in plain loops. */
class HstuAttentionTest extends OnReference {
    private static final List<Long> BOUNDARIES = List.of(3_600L, 86_400L, 604_800L);
    static final int LONGEST = 5;

    private static double[] uniform(SplittableRandom random, int count) {
        return random.doubles(count, -1, 1).toArray();
    }

    @Property(tries = 200)
    void isItsEquation(
            @ForAll @Size(max = 4) List<@IntRange(max = LONGEST) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 1, max = 3) int dqk,
            @ForAll @IntRange(min = 1, max = 3) int dv,
            @ForAll @IntRange(max = 2) int tail,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] offsets = new int[lengths.size() + 1];
        for (int b = 0; b < lengths.size(); b++) {
            offsets[b + 1] = offsets[b] + lengths.get(b);
        }
        int rows = offsets[lengths.size()] + tail;
        double[] q = uniform(random, rows * heads * dqk);
        double[] k = uniform(random, rows * heads * dqk);
        double[] v = uniform(random, rows * heads * dv);
        long[] queryTimes = random.longs(rows, 0, 1_000_000).toArray();
        long[] keyTimes = random.longs(rows, 0, 1_000_000).toArray();
        double[] position = random.doubles(2 * LONGEST - 1, -1, 1).toArray();
        double[] time = random.doubles(BOUNDARIES.size() + 1, -1, 1).toArray();
        HstuAttention op = new HstuAttention(heads, LONGEST, 3, BOUNDARIES, activation);
        double[] expected = new double[rows * heads * dv];
        for (int b = 0; b < lengths.size(); b++) {
            for (int i = offsets[b]; i < offsets[b + 1]; i++) {
                for (int h = 0; h < heads; h++) {
                    double[] weights = new double[i + 1 - offsets[b]];
                    for (int j = offsets[b]; j <= i; j++) {
                        double score = position[i - j + LONGEST - 1] + time[bucket(queryTimes[i] - keyTimes[j])];
                        for (int c = 0; c < dqk; c++) {
                            score += q[(i * heads + h) * dqk + c] * k[(j * heads + h) * dqk + c];
                        }
                        weights[j - offsets[b]] = activation == AttentionActivation.SILU
                                ? score / (1 + Math.exp(-score))
                                : Math.exp(score / Math.sqrt(dqk));
                    }
                    double sum = activation == AttentionActivation.SILU
                            ? 1
                            : Arrays.stream(weights).sum();
                    for (int j = offsets[b]; j <= i; j++) {
                        for (int c = 0; c < dv; c++) {
                            double value = v[(j * heads + h) * dv + c];
                            expected[(i * heads + h) * dv + c] += weights[j - offsets[b]] / sum * value / 3;
                        }
                    }
                }
            }
        }
        Tensor out = Fused.apply(
                op,
                Tensor.of(q, rows, heads * dqk),
                Tensor.of(k, rows, heads * dqk),
                Tensor.of(v, rows, heads * dv),
                Tensor.of(offsets, offsets.length),
                Tensor.of(queryTimes, rows),
                Tensor.of(keyTimes, rows),
                Tensor.of(position, position.length),
                Tensor.of(time, time.length));
        assertArrayEquals(expected, out.toDoubles(), 1e-13);
    }

    private static int bucket(long seconds) {
        long distance = seconds < 0 ? -seconds : seconds;
        return distance < 3_600 ? 0 : distance < 86_400 ? 1 : distance < 604_800 ? 2 : 3;
    }

    @Example
    void bucketsStartAtTheirBoundary() {
        HstuAttention op = new HstuAttention(1, 1, 1, BOUNDARIES);
        long[] seconds = {0, 3_599, 3_600, -3_600, 86_399, 86_400, 604_800, Long.MAX_VALUE};
        int[] buckets = {0, 0, 1, 1, 1, 2, 3, 3};
        for (int i = 0; i < seconds.length; i++) {
            assertEquals(buckets[i], op.bucket(seconds[i], 0), "bucket of " + seconds[i]);
        }
        assertEquals(0, new HstuAttention(1, 1, 1, List.of()).bucket(99, 0));
        HstuAttention twice = new HstuAttention(1, 1, 1, List.of(5L, 5L, 9L));
        assertEquals(0, twice.bucket(4, 0));
        assertEquals(2, twice.bucket(5, 0), "bucket 1 is empty");
    }

    private static Tensor[] operands(int rows, int... offsets) {
        double[] matrix = new double[rows * 4];
        return new Tensor[] {
            Tensor.of(matrix, rows, 4),
            Tensor.of(matrix, rows, 4),
            Tensor.of(matrix, rows, 4),
            Tensor.of(offsets, offsets.length),
            Tensor.of(new long[rows], rows),
            Tensor.of(new long[rows], rows),
            Tensor.of(new double[3], 3),
            Tensor.of(new double[4], 4)
        };
    }

    private static String message(HstuAttention op, Tensor... operands) {
        return assertThrows(ShapeException.class, () -> op.outputShapes(operands))
                .getMessage();
    }

    @Example
    void mistakesAreNamed() {
        HstuAttention op = new HstuAttention(2, 2, 2, BOUNDARIES);
        assertEquals(operands(3, 0, 2)[2].shape(), op.outputShapes(operands(3, 0, 2))[0]);
        assertEquals(
                "hstuAttention: offsets must ascend to at most 3 rows by at most maxLength 2, found 0, 3 at sequence 0",
                message(op, operands(3, 0, 3)));
        assertEquals(
                "hstuAttention: offsets must ascend to at most 3 rows by at most maxLength 2, found 2, 4 at sequence 1",
                message(op, operands(3, 0, 2, 4)));
        assertEquals(
                "hstuAttention: offsets must ascend to at most 3 rows by at most maxLength 2, found 2, 1 at sequence 1",
                message(op, operands(3, 0, 2, 1)));
        assertEquals("hstuAttention: offsets must start with 0 (found 2 offsets)", message(op, operands(3, 1, 2)));
        assertEquals("hstuAttention: offsets must start with 0 (found 0 offsets)", message(op, operands(3)));
        assertEquals(
                "hstuAttention: widths must be multiples of 3 heads (q=[3, 4], v=[3, 4])",
                message(new HstuAttention(3, 2, 2, BOUNDARIES), operands(3, 0)));
        assertEquals(
                "hstuAttention: positionBias must be [5], found [3]",
                message(new HstuAttention(2, 3, 2, BOUNDARIES), operands(3, 0)));
        assertEquals(
                "hstuAttention: timeBias must be [1], found [4]",
                message(new HstuAttention(2, 2, 2, List.of()), operands(3, 0)));
        assertThrows(IllegalArgumentException.class, () -> new HstuAttention(0, 2, 2, BOUNDARIES));
        assertThrows(NullPointerException.class, () -> new HstuAttention(1, 2, 2, BOUNDARIES, null));
        assertThrows(IllegalArgumentException.class, () -> new HstuAttention(1, 2, 0, BOUNDARIES));
        assertThrows(IllegalArgumentException.class, () -> new HstuAttention(1, 2, 2, List.of(5L, 4L)));
    }
}
