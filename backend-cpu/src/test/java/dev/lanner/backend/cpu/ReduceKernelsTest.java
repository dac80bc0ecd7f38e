package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanner.tensor.backend.ReduceOp;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The twins agree, and read and write nothing beside their operands. */
final class ReduceKernelsTest {
    private static final int[] SIZES = {1, 7, 15, 16, 17, 31, 33, 64, 100, 1000};
    private static final int OFFSET = 3;
    private static final int BEHIND = 40;

    private final ReduceKernels scalar = new ScalarReduceKernels();
    private ReduceKernels simd;

    @BeforeEach
    void vectors() {
        assumeTrue(SimdSupport.available(), "needs jdk.incubator.vector");
        simd = new SimdReduceKernels();
    }

    /** Numbers from OFFSET on; NaN around them would spoil every result. */
    private static float[] operand(int n, long seed) {
        Random random = new Random(seed);
        float[] values = new float[OFFSET + n + BEHIND];
        Arrays.fill(values, Float.NaN);
        for (int i = 0; i < n; i++) {
            values[OFFSET + i] = random.nextFloat() - 0.25f;
        }
        return values;
    }

    private static void assertAgree(ReduceOp op, float expected, float actual, int count, String what) {
        if (op == ReduceOp.SUM && Float.isFinite(expected)) {
            assertEquals(expected, actual, 2e-7 * count, what);
        } else {
            assertEquals(expected, actual, what);
        }
    }

    @Test
    void rowsAgree() {
        for (ReduceOp op : ReduceOp.values()) {
            for (int n : SIZES) {
                float[] x = operand(n, n);
                assertAgree(op, scalar.row(op, x, OFFSET, n), simd.row(op, x, OFFSET, n), n, op + " of " + n);
                for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    for (int at : new int[] {0, n / 2, n - 1}) {
                        float[] y = operand(n, n);
                        y[OFFSET + at] = special;
                        String what = op + " of " + n + ", " + special + " at " + at;
                        assertAgree(op, scalar.row(op, y, OFFSET, n), simd.row(op, y, OFFSET, n), n, what);
                    }
                }
            }
        }
    }

    @Test
    void columnsAgree() {
        for (ReduceOp op : ReduceOp.values()) {
            for (int n : SIZES) {
                for (int rows : new int[] {1, 2, 63, 64, 65, 200}) {
                    int stride = n + 5;
                    float[] x = operand(rows * stride, n + rows);
                    for (int row = 0; row < rows; row++) {
                        // Columns that are not asked for.
                        Arrays.fill(x, OFFSET + row * stride + n, OFFSET + (row + 1) * stride, Float.NaN);
                    }
                    if (rows > 63) {
                        x[OFFSET + 63 * stride] = Float.NEGATIVE_INFINITY;
                    }
                    float[] expected = new float[OFFSET + n + BEHIND];
                    float[] actual = expected.clone();
                    scalar.columns(op, x, OFFSET, stride, rows, expected, OFFSET, n);
                    simd.columns(op, x, OFFSET, stride, rows, actual, OFFSET, n);
                    for (int i = 0; i < expected.length; i++) {
                        assertAgree(
                                op, expected[i], actual[i], rows, op + " of " + rows + " x " + n + ", position " + i);
                    }
                }
            }
        }
    }

    @Test
    void addedRowsAgree() {
        for (int n : SIZES) {
            int rows = 50;
            int tableRows = 7;
            int stride = n + 2;
            float[] x = operand(rows * stride, n);
            int[] indices = new Random(n).ints(OFFSET + rows, 0, tableRows).toArray();
            float[] expected = operand(tableRows * stride, n + 1);
            float[] actual = expected.clone();
            scalar.addRows(x, OFFSET, stride, indices, OFFSET, rows, expected, OFFSET, stride, n);
            simd.addRows(x, OFFSET, stride, indices, OFFSET, rows, actual, OFFSET, stride, n);
            assertArrayEquals(expected, actual, "rows of " + n);
        }
    }

    @Test
    void nextAboveAgrees() {
        for (int n : SIZES) {
            float[] x = operand(n, n);
            x[OFFSET + n / 2] = Float.NaN;
            for (float threshold : new float[] {-1f, 0.5f, x[OFFSET], 2f, Float.POSITIVE_INFINITY, Float.NaN}) {
                for (int from = 0; from <= n; from++) {
                    assertEquals(
                            scalar.nextAbove(threshold, x, OFFSET, from, n),
                            simd.nextAbove(threshold, x, OFFSET, from, n),
                            "above " + threshold + " from " + from + " of " + n);
                }
            }
        }
    }
}
