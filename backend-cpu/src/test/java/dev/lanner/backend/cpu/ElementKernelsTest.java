package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.UnaryOp;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The twins agree, write nothing beside the row, and may write over an operand. */
final class ElementKernelsTest {
    private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 31, 33, 1000};
    private static final int OFFSET = 3;
    private static final int BEHIND = 40;
    private static final float GUARD = 12345.5f;
    /** Results of exponentials below this may be 0. */
    private static final double FLUSHED = 2e-38;

    private static final float[] SPECIAL = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        0f,
        -0f,
        1f,
        -1f,
        Float.MAX_VALUE,
        1e-30f,
        88f,
        -87f
    };

    private final ElementKernels scalar = new ScalarElementKernels();
    private ElementKernels simd;

    @BeforeEach
    void vectors() {
        assumeTrue(SimdSupport.available(), "needs jdk.incubator.vector");
        simd = new SimdElementKernels();
    }

    /** Elements from OFFSET on, a quarter of them special; guards around. */
    private static float[] operand(int n, long seed) {
        Random random = new Random(seed);
        float[] values = guards(n);
        for (int i = 0; i < n; i++) {
            boolean special = random.nextInt(4) == 0;
            values[OFFSET + i] = special ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextFloat() * 8 - 4;
        }
        return values;
    }

    private static float[] guards(int n) {
        float[] values = new float[OFFSET + Math.max(n, Piece.COPIES) + BEHIND];
        Arrays.fill(values, GUARD);
        return values;
    }

    /** Copies of one number where a kernel with step 0 looks for them. */
    private static float[] copies(float value) {
        float[] values = guards(0);
        Arrays.fill(values, OFFSET, OFFSET + Piece.COPIES, value);
        return values;
    }

    private static void assertClose(float[] expected, float[] actual, double relative, String what) {
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            boolean close = Float.compare(expected[i] + 0f, actual[i] + 0f) == 0
                    || difference <= relative * Math.abs(expected[i]) + (relative == 0 ? 0 : FLUSHED);
            assertTrue(close, what + ", position " + i + ": scalar " + expected[i] + ", SIMD " + actual[i]);
        }
    }

    @Test
    void unaryTwinsAgree() {
        for (UnaryOp op : UnaryOp.values()) {
            for (int n : SIZES) {
                float[] x = operand(n, n);
                float[] expected = guards(n);
                float[] actual = guards(n);
                scalar.unary(op, x, OFFSET, expected, OFFSET, n);
                simd.unary(op, x, OFFSET, actual, OFFSET, n);
                assertClose(expected, actual, 1e-6, op + " of " + n);

                simd.unary(op, x, OFFSET, x, OFFSET, n);
                assertArrayEquals(actual, x, op + " of " + n + " in place");
            }
        }
    }

    /** A function of an element is the same wherever it lies in a row: what comes behind it does not matter. */
    @Test
    void unaryDoesNotDependOnThePlace() {
        for (UnaryOp op : UnaryOp.values()) {
            float[] x = operand(100, 4);
            float[] whole = new float[100];
            simd.unary(op, x, OFFSET, whole, 0, 100);
            for (int i = 0; i < 100; i++) {
                float[] alone = new float[1];
                simd.unary(op, x, OFFSET + i, alone, 0, 1);
                assertEquals(whole[i], alone[0], op + " at " + i);
            }
        }
    }

    @Test
    void binaryTwinsAgree() {
        for (BinaryOp op : BinaryOp.values()) {
            // A vector's multiplications and divisions are rounded like a scalar's.
            double relative = op == BinaryOp.POW ? 1e-6 : 0;
            for (int n : SIZES) {
                for (float constant : new float[] {2.5f, Float.NaN, Float.NEGATIVE_INFINITY, -0f}) {
                    float[] c = copies(constant);
                    binary(op, operand(n, n), 1, operand(n, n + 1), 1, n, relative);
                    binary(op, operand(n, n), 1, c, 0, n, relative);
                    binary(op, c, 0, operand(n, n), 1, n, relative);
                    binary(op, c, 0, copies(3f), 0, n, relative);
                }
            }
        }
    }

    private void binary(BinaryOp op, float[] a, int aStep, float[] b, int bStep, int n, double relative) {
        String what = op + " of " + n + ", steps " + aStep + " and " + bStep;
        float[] expected = guards(n);
        float[] actual = guards(n);
        scalar.binary(op, a, OFFSET, aStep, b, OFFSET, bStep, expected, OFFSET, n);
        simd.binary(op, a, OFFSET, aStep, b, OFFSET, bStep, actual, OFFSET, n);
        assertClose(expected, actual, relative, what);

        float[] inPlace = aStep == 1 ? a : b;
        if (aStep + bStep > 0) {
            simd.binary(op, a, OFFSET, aStep, b, OFFSET, bStep, inPlace, OFFSET, n);
            assertArrayEquals(actual, inPlace, what + " in place");
        }
    }

    @Test
    void compareTwinsAgree() {
        for (CompareOp op : CompareOp.values()) {
            for (int n : SIZES) {
                for (int steps = 0; steps < 4; steps++) {
                    int aStep = steps & 1;
                    int bStep = steps >> 1;
                    float[] a = aStep == 1 ? operand(n, n) : copies(1f);
                    // The same elements in part, so that some are equal.
                    float[] b = bStep == 1 ? operand(n, n) : copies(Float.NaN);
                    for (int i = 0; bStep == 1 && i < n; i += 3) {
                        b[OFFSET + i] = -b[OFFSET + i];
                    }
                    int[] expected = new int[OFFSET + n + BEHIND];
                    Arrays.fill(expected, 77);
                    int[] actual = expected.clone();
                    scalar.compare(op, a, OFFSET, aStep, b, OFFSET, bStep, expected, OFFSET, n);
                    simd.compare(op, a, OFFSET, aStep, b, OFFSET, bStep, actual, OFFSET, n);
                    assertArrayEquals(expected, actual, op + " of " + n + ", steps " + aStep + " and " + bStep);
                }
            }
        }
    }

    @Test
    void selectTwinsAgree() {
        for (int n : SIZES) {
            int[] condition = new Random(n).ints(OFFSET + n, -1, 2).toArray();
            for (int steps = 0; steps < 4; steps++) {
                int aStep = steps & 1;
                int bStep = steps >> 1;
                float[] a = aStep == 1 ? operand(n, 1) : copies(Float.NaN);
                float[] b = bStep == 1 ? operand(n, 2) : copies(-0f);
                float[] expected = guards(n);
                float[] actual = guards(n);
                scalar.select(condition, OFFSET, a, OFFSET, aStep, b, OFFSET, bStep, expected, OFFSET, n);
                simd.select(condition, OFFSET, a, OFFSET, aStep, b, OFFSET, bStep, actual, OFFSET, n);
                assertArrayEquals(expected, actual, "select of " + n + ", steps " + aStep + " and " + bStep);
            }
        }
    }
}
