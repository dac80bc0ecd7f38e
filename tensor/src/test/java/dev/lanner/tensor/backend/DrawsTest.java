package dev.lanner.tensor.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.RandomKey;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DrawsTest {
    private static final int COUNT = 100_000;
    /** How many standard errors an estimate may be off: one in two million tests of a right generator fails. */
    private static final double SIGMAS = 5;

    private static float[] floats(RandomOp op, double a, double b, int count) {
        float[] drawn = new float[count];
        Draws.floats(op, new RandomKey(20240607, 3, 5), a, b, 0, drawn, 0, count);
        return drawn;
    }

    private static void assertMoments(float[] drawn, double mean, double deviation) {
        double sum = 0;
        for (float value : drawn) {
            sum += value;
        }
        double found = sum / drawn.length;
        double squares = 0;
        double fourth = 0;
        for (float value : drawn) {
            double centred = value - found;
            squares += centred * centred;
            fourth += centred * centred * centred * centred;
        }
        double variance = squares / drawn.length;
        double errorOfMean = deviation / Math.sqrt(drawn.length);
        double errorOfVariance = Math.sqrt((fourth / drawn.length - variance * variance) / drawn.length);
        assertEquals(mean, found, SIGMAS * errorOfMean);
        assertEquals(deviation * deviation, variance, SIGMAS * errorOfVariance);
    }

    @Example
    void momentsAreThoseOfTheDistribution() {
        assertMoments(floats(RandomOp.UNIFORM, -2, 4, COUNT), 1, 6 / Math.sqrt(12));
        assertMoments(floats(RandomOp.NORMAL, 3, 0.5, COUNT), 3, 0.5);
        // The variance of a standard normal cut at 2 is 1 - 4 phi(2) / (2 Phi(2) - 1).
        assertMoments(floats(RandomOp.TRUNCATED_NORMAL, -1, 2, COUNT), -1, 2 * Math.sqrt(0.7737413035849));
        assertMoments(floats(RandomOp.DROPOUT_MASK, 0.2, 0, COUNT), 1, Math.sqrt(0.2 * 0.8) / 0.8);
        int[] drawn = new int[COUNT];
        Draws.ints(RandomKey.of(7), -3, 8, 0, drawn, 0, COUNT);
        float[] ints = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            ints[i] = drawn[i];
        }
        assertMoments(ints, 2, Math.sqrt((11 * 11 - 1) / 12.0));
    }

    @Example
    void neighboursAreNotCorrelated() {
        for (RandomOp op : new RandomOp[] {RandomOp.UNIFORM, RandomOp.NORMAL}) {
            float[] drawn = floats(
                    op, op == RandomOp.UNIFORM ? -Math.sqrt(3) : 0, op == RandomOp.UNIFORM ? Math.sqrt(3) : 1, COUNT);
            for (int lag = 1; lag <= 5; lag++) {
                double sum = 0;
                for (int i = 0; i + lag < COUNT; i++) {
                    sum += drawn[i] * drawn[i + lag];
                }
                assertEquals(0, sum / COUNT, SIGMAS / Math.sqrt(COUNT), op + " at lag " + lag);
            }
        }
    }

    @Example
    void staysWithinItsBounds() {
        float[] truncated = floats(RandomOp.TRUNCATED_NORMAL, 1, 3, COUNT);
        for (float value : truncated) {
            assertTrue(value >= -5 && value <= 7, Float.toString(value));
        }
        for (float value : floats(RandomOp.DROPOUT_MASK, 0.75, 0, 1000)) {
            assertTrue(value == 0 || value == 4, Float.toString(value));
        }
        for (float value : floats(RandomOp.DROPOUT_MASK, 0, 0, 1000)) {
            assertEquals(1, value);
        }
        int[] ints = new int[COUNT];
        Draws.ints(RandomKey.of(1), Integer.MIN_VALUE, Integer.MAX_VALUE, 0, ints, 0, COUNT);
        assertTrue(Arrays.stream(ints).min().orElseThrow() < -2_147_000_000);
        assertTrue(Arrays.stream(ints).max().orElseThrow() > 2_147_000_000);
        Draws.ints(RandomKey.of(1), 5, 7, 0, ints, 0, COUNT);
        assertArrayEquals(
                new int[] {5, 6}, Arrays.stream(ints).distinct().sorted().toArray());
    }

    @Example
    void uniformNeverReachesItsUpperBoundByRounding() {
        for (float value : floats(RandomOp.UNIFORM, 1000, 1001, 1_000_000)) {
            assertTrue(value >= 1000 && value < 1001, Float.toString(value));
        }
    }

    @Property(tries = 200)
    void piecesGiveTheSameBitsAsAllAtOnce(
            @ForAll RandomOp op,
            @ForAll @IntRange(max = 300) int count,
            @ForAll long keySeed,
            @ForAll int step,
            @ForAll long seed) {
        Assume.that(op != RandomOp.UNIFORM_INT);
        RandomKey key = new RandomKey(keySeed, step, 1);
        float[] whole = new float[count];
        Draws.floats(op, key, 0.25, 0.75, 0, whole, 0, count);
        int[] wholeInts = new int[count];
        Draws.ints(key, -5, 50, 0, wholeInts, 0, count);
        float[] pieces = new float[count];
        int[] pieceInts = new int[count];
        SplittableRandom random = new SplittableRandom(seed);
        for (int first = 0; first < count; ) {
            int length = random.nextInt(1, count - first + 1);
            Draws.floats(op, key, 0.25, 0.75, first, pieces, first, length);
            Draws.ints(key, -5, 50, first, pieceInts, first, length);
            first += length;
        }
        assertArrayEquals(whole, pieces);
        assertArrayEquals(wholeInts, pieceInts);
    }

    @Example
    void integersAreDrawnAsIntegers() {
        assertThrows(IllegalArgumentException.class, () -> floats(RandomOp.UNIFORM_INT, 0, 1, 1));
    }
}
