package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The equation of the candidates' attention in plain loops. */
class CandidateAttentionTest extends OnReference {
    private static final int LONGEST = 5;
    private static final List<Long> BOUNDARIES = List.of(3_600L, 86_400L);

    private static CandidateAttention op(int heads) {
        return op(heads, AttentionActivation.SILU);
    }

    private static CandidateAttention op(int heads, AttentionActivation activation) {
        return new CandidateAttention(new HstuAttention(heads, LONGEST, 3, BOUNDARIES, activation));
    }

    private static double[] uniform(SplittableRandom random, int count) {
        return random.doubles(count, -1, 1).toArray();
    }

    private static int bucket(long seconds) {
        long distance = seconds < 0 ? -seconds : seconds;
        return distance < 3_600 ? 0 : distance < 86_400 ? 1 : 2;
    }

    private static double dot(double[] a, int aOffset, double[] b, int bOffset, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    private static double[] weights(AttentionActivation activation, double[] scores, int dqk) {
        double[] weights = new double[scores.length];
        double sum = 0;
        for (int j = 0; j < scores.length; j++) {
            double s = scores[j];
            weights[j] = activation == AttentionActivation.SILU ? s / (1 + Math.exp(-s)) : Math.exp(s / Math.sqrt(dqk));
            sum += weights[j];
        }
        for (int j = 0; j < scores.length && activation == AttentionActivation.SOFTMAX; j++) {
            weights[j] /= sum;
        }
        return weights;
    }

    @Property(tries = 200)
    void isItsEquation(
            @ForAll @IntRange(max = 4) int candidates,
            @ForAll @IntRange(max = LONGEST) int events,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 1, max = 3) int dqk,
            @ForAll @IntRange(min = 1, max = 3) int dv,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] q = uniform(random, candidates * heads * dqk);
        double[] k = uniform(random, candidates * heads * dqk);
        double[] v = uniform(random, candidates * heads * dv);
        double[] keys = uniform(random, events * heads * dqk);
        double[] values = uniform(random, events * heads * dv);
        long[] keyTimes = random.longs(events, 0, 200_000).toArray();
        long queryTime = random.nextLong(200_000);
        long itsTime = random.nextLong(200_000);
        double[] position = uniform(random, 2 * LONGEST - 1);
        double[] time = uniform(random, BOUNDARIES.size() + 1);
        double[] expected = new double[candidates * heads * dv];
        for (int c = 0; c < candidates; c++) {
            for (int h = 0; h < heads; h++) {
                int at = c * heads + h;
                double[] scores = new double[events + 1];
                for (int j = 0; j < events; j++) {
                    // The oldest of 5 events is at distance 5, the table ends with 4.
                    scores[j] = position[Math.min(events - j, 4) + 4]
                            + time[bucket(queryTime - keyTimes[j])]
                            + dot(q, at * dqk, keys, (j * heads + h) * dqk, dqk);
                }
                scores[events] = position[4] + time[bucket(queryTime - itsTime)] + dot(q, at * dqk, k, at * dqk, dqk);
                double[] weights = weights(activation, scores, dqk);
                for (int d = 0; d < dv; d++) {
                    for (int j = 0; j < events; j++) {
                        expected[at * dv + d] += weights[j] * values[(j * heads + h) * dv + d] / 3;
                    }
                    expected[at * dv + d] += weights[events] * v[at * dv + d] / 3;
                }
            }
        }
        Tensor out = Fused.apply(
                op(heads, activation),
                Tensor.of(q, candidates, heads * dqk),
                Tensor.of(k, candidates, heads * dqk),
                Tensor.of(v, candidates, heads * dv),
                Tensor.of(keys, events, heads * dqk),
                Tensor.of(values, events, heads * dv),
                Tensor.of(keyTimes, events),
                Tensor.of(new long[] {queryTime}, 1),
                Tensor.of(new long[] {itsTime}, 1),
                Tensor.of(position, position.length),
                Tensor.of(time, time.length));
        assertArrayEquals(expected, out.toDoubles(), 1e-13);
    }

    private static Tensor[] operands(int candidates, int events) {
        return new Tensor[] {
            Tensor.of(new double[candidates * 4], candidates, 4),
            Tensor.of(new double[candidates * 4], candidates, 4),
            Tensor.of(new double[candidates * 2], candidates, 2),
            Tensor.of(new double[events * 4], events, 4),
            Tensor.of(new double[events * 2], events, 2),
            Tensor.of(new long[events], events),
            Tensor.of(new long[1], 1),
            Tensor.of(new long[1], 1),
            Tensor.of(new double[9], 9),
            Tensor.of(new double[3], 3)
        };
    }

    private static String message(CandidateAttention op, Tensor... operands) {
        return assertThrows(ShapeException.class, () -> op.outputShapes(operands))
                .getMessage();
    }

    private static Tensor[] with(int input, Tensor other) {
        Tensor[] operands = operands(3, 2);
        operands[input] = other;
        return operands;
    }

    @Example
    void mistakesAreNamed() {
        assertEquals(operands(3, 5)[2].shape(), op(2).outputShapes(operands(3, 5))[0]);
        assertEquals(
                "candidateAttention: a history must have at most maxLength 5 events, found 6",
                message(op(2), operands(3, 6)));
        assertEquals(
                "candidateAttention: widths must be multiples of 3 heads (q=[3, 4], v=[3, 2])",
                message(op(3), operands(3, 2)));
        assertEquals(
                "candidateAttention: k must be [3, 4], found [2, 4]",
                message(op(2), with(1, Tensor.of(new double[8], 2, 4))));
        assertEquals(
                "candidateAttention: keys must be [2, 4], found [2, 3]",
                message(op(2), with(3, Tensor.of(new double[6], 2, 3))));
        assertEquals(
                "candidateAttention: values must be [2, 2], found [1, 2]",
                message(op(2), with(4, Tensor.of(new double[2], 1, 2))));
        assertEquals(
                "candidateAttention: keyTimes must be [2], found [3]",
                message(op(2), with(5, Tensor.of(new long[3], 3))));
        assertEquals(
                "candidateAttention: queryTime must be [1], found [2]",
                message(op(2), with(6, Tensor.of(new long[2], 2))));
        assertEquals(
                "candidateAttention: time must be [1], found [0]", message(op(2), with(7, Tensor.of(new long[0], 0))));
        assertEquals(
                "candidateAttention: positionBias must be [9], found [8]",
                message(op(2), with(8, Tensor.of(new double[8], 8))));
        assertEquals(
                "candidateAttention: timeBias must be [3], found [1]",
                message(op(2), with(9, Tensor.of(new double[1], 1))));
    }
}
