package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;

/**
 * A matrix product with random operands between sentinels. The operands' surroundings are NaN, so that an element read by mistake
 * shows in the result; the result's surroundings are a number that must survive.
 */
final class GemmCase {
    private static final float SENTINEL = 12345.5f;
    private static final int MARGIN = 19;

    /** How an operand lies in its array. */
    enum Storage {
        ROWS,
        COLUMNS,
        PADDED_ROWS,
        PADDED_COLUMNS,
        BOTH_STRIDED
    }

    private final int m;
    private final int n;
    private final int k;
    private final float alpha;
    private final float beta;
    private final Matrix a;
    private final Matrix b;
    private final Matrix before;

    private GemmCase(int m, int n, int k, float alpha, float beta, Matrix a, Matrix b, Matrix before) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.alpha = alpha;
        this.beta = beta;
        this.a = a;
        this.b = b;
        this.before = before;
    }

    static GemmCase random(
            long seed, int m, int n, int k, Storage a, Storage b, boolean paddedResult, float alpha, float beta) {
        Random random = new Random(seed);
        Matrix left = Matrix.random(random, m, k, a, Float.NaN);
        Matrix right = Matrix.random(random, k, n, b, Float.NaN);
        Storage storage = paddedResult ? Storage.PADDED_ROWS : Storage.ROWS;
        return new GemmCase(m, n, k, alpha, beta, left, right, Matrix.random(random, m, n, storage, SENTINEL));
    }

    static GemmCase plain(int m, int n, int k) {
        return random(1, m, n, k, Storage.ROWS, Storage.ROWS, false, 1, 0);
    }

    /** The same case with NaN in what C held before. */
    GemmCase withNanResult() {
        Matrix spoilt = before.copy();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                spoilt.values()[spoilt.at(i, j)] = Float.NaN;
            }
        }
        return new GemmCase(m, n, k, alpha, beta, a, b, spoilt);
    }

    /** Computes the product through the public entry; returns C's whole array. */
    float[] run(WorkerPool pool) {
        Matrix c = before.copy();
        Gemm.gemm(
                pool,
                m,
                n,
                k,
                alpha,
                a.values(),
                a.offset(),
                a.rowStride(),
                a.columnStride(),
                b.values(),
                b.offset(),
                b.rowStride(),
                b.columnStride(),
                beta,
                c.values(),
                c.offset(),
                c.rowStride());
        return c.values();
    }

    /** Computes the product with the scalar tiles; returns C's whole array. */
    float[] runScalar(WorkerPool pool) {
        Matrix c = before.copy();
        Gemm.multiply(
                pool,
                new ScalarGemmTiles(),
                m,
                n,
                k,
                new GemmLeft(a.values(), a.offset(), a.rowStride(), a.columnStride()),
                new GemmRight(b.values(), b.offset(), b.rowStride(), b.columnStride(), alpha),
                new GemmResult(c.values(), c.offset(), c.rowStride(), beta));
        return c.values();
    }

    /** Checks against the triple loop in double precision: within the rounding of k sums, with everything around C untouched. */
    void check(float[] result) {
        boolean[] inside = new boolean[result.length];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int at = before.at(i, j);
                inside[at] = true;
                checkElement(i, j, result[at]);
            }
        }
        for (int i = 0; i < result.length; i++) {
            if (!inside[i]) {
                assertEquals(before.values()[i], result[i], "outside of C, at " + i + ": " + this);
            }
        }
    }

    private void checkElement(int i, int j, float found) {
        double sum = 0;
        double size = 0;
        for (int x = 0; x < k; x++) {
            double product = (double) alpha * a.values()[a.at(i, x)] * b.values()[b.at(x, j)];
            sum += product;
            size += Math.abs(product);
        }
        if (beta != 0) {
            double old = (double) beta * before.values()[before.at(i, j)];
            sum += old;
            size += Math.abs(old);
        }
        double allowed = size * (k + 4) * 0x1p-24;
        if (!(Math.abs(found - sum) <= allowed)) {
            fail("C[" + i + "," + j + "]: expected " + sum + ", found " + found + ": " + this);
        }
    }

    @Override
    public String toString() {
        return m + "x" + k + " by " + k + "x" + n + ", alpha " + alpha + ", beta " + beta + ", strides of A "
                + a.rowStride() + "," + a.columnStride() + ", of B " + b.rowStride() + "," + b.columnStride()
                + ", of C "
                + before.rowStride();
    }

    private record Matrix(float[] values, int offset, int rowStride, int columnStride) {
        static Matrix random(Random random, int rows, int columns, Storage storage, float around) {
            int rowStride = switch (storage) {
                case ROWS -> columns;
                case COLUMNS -> 1;
                case PADDED_ROWS -> columns + 5;
                case PADDED_COLUMNS -> 1;
                case BOTH_STRIDED -> 2 * columns + 3;
            };
            int columnStride = switch (storage) {
                case ROWS, PADDED_ROWS -> 1;
                case COLUMNS -> rows;
                case PADDED_COLUMNS -> rows + 3;
                case BOTH_STRIDED -> 2;
            };
            int extent = Math.max(0, (rows - 1) * rowStride) + Math.max(0, (columns - 1) * columnStride) + 1;
            // Nothing lies behind a ROWS or COLUMNS operand: an index past its end is an exception.
            boolean tight = storage == Storage.ROWS || storage == Storage.COLUMNS;
            float[] values = new float[MARGIN + extent + (tight ? 0 : MARGIN)];
            Arrays.fill(values, around);
            Matrix matrix = new Matrix(values, MARGIN, rowStride, columnStride);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    values[matrix.at(i, j)] = random.nextFloat() * 2 - 1;
                }
            }
            return matrix;
        }

        int at(int row, int column) {
            return offset + row * rowStride + column * columnStride;
        }

        Matrix copy() {
            return new Matrix(values.clone(), offset, rowStride, columnStride);
        }
    }
}
