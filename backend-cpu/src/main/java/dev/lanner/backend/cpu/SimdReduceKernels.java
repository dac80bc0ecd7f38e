package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link ReduceKernels} by vectors. */
final class SimdReduceKernels implements ReduceKernels {
    /** Vectors added one after the other before a partial sum is put away: rounding errors grow with this number. */
    private static final int CHAIN = 64;

    private final ReduceKernels scalar = new ScalarReduceKernels();

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(Simd.F, x, at);
    }

    @Override
    public float row(ReduceOp op, float[] x, int xo, int n) {
        int whole = Simd.wholeVectors(n);
        if (whole == 0) {
            return scalar.row(op, x, xo, n);
        }
        float vectors = switch (op) {
            case SUM -> sum(x, xo, whole);
            case MAX -> max(x, xo, whole);
            case MIN -> min(x, xo, whole);
        };
        if (whole == n) {
            return vectors;
        }
        float rest = scalar.row(op, x, xo + whole, n - whole);
        return switch (op) {
            case SUM -> vectors + rest;
            case MAX -> Math.max(vectors, rest);
            case MIN -> Math.min(vectors, rest);
        };
    }

    private static float sum(float[] x, int xo, int n) {
        FloatVector total = FloatVector.zero(Simd.F);
        for (int from = 0; from < n; from += 4 * CHAIN * Simd.LANES) {
            total = total.add(chains(x, xo + from, Math.min(4 * CHAIN * Simd.LANES, n - from)));
        }
        return VectorSums.sum(total);
    }

    /** Four chains, to hide the latency of the addition. */
    private static FloatVector chains(float[] x, int xo, int n) {
        FloatVector s0 = FloatVector.zero(Simd.F);
        FloatVector s1 = FloatVector.zero(Simd.F);
        FloatVector s2 = FloatVector.zero(Simd.F);
        FloatVector s3 = FloatVector.zero(Simd.F);
        int i = 0;
        for (; i <= n - 4 * Simd.LANES; i += 4 * Simd.LANES) {
            s0 = s0.add(load(x, xo + i));
            s1 = s1.add(load(x, xo + i + Simd.LANES));
            s2 = s2.add(load(x, xo + i + 2 * Simd.LANES));
            s3 = s3.add(load(x, xo + i + 3 * Simd.LANES));
        }
        for (; i < n; i += Simd.LANES) {
            s0 = s0.add(load(x, xo + i));
        }
        return s0.add(s1).add(s2.add(s3));
    }

    private static float max(float[] x, int xo, int n) {
        FloatVector max = load(x, xo);
        for (int i = Simd.LANES; i < n; i += Simd.LANES) {
            max = max.max(load(x, xo + i));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    private static float min(float[] x, int xo, int n) {
        FloatVector min = load(x, xo);
        for (int i = Simd.LANES; i < n; i += Simd.LANES) {
            min = min.min(load(x, xo + i));
        }
        return min.reduceLanes(VectorOperators.MIN);
    }

    @Override
    public void columns(ReduceOp op, float[] x, int xo, int xRow, int rows, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        switch (op) {
            case SUM -> sumColumns(x, xo, xRow, rows, out, oo, whole);
            case MAX -> maxColumns(x, xo, xRow, rows, out, oo, whole);
            case MIN -> minColumns(x, xo, xRow, rows, out, oo, whole);
        }
        scalar.columns(op, x, xo + whole, xRow, rows, out, oo + whole, n - whole);
    }

    private static void sumColumns(float[] x, int xo, int xRow, int rows, float[] out, int oo, int n) {
        int j = 0;
        for (; j <= n - 4 * Simd.LANES; j += 4 * Simd.LANES) {
            sumFour(x, xo + j, xRow, Math.min(CHAIN, rows), out, oo + j, false);
            for (int i = CHAIN; i < rows; i += CHAIN) {
                sumFour(x, xo + j + i * xRow, xRow, Math.min(CHAIN, rows - i), out, oo + j, true);
            }
        }
        for (; j < n; j += Simd.LANES) {
            FloatVector total = sumOne(x, xo + j, xRow, Math.min(CHAIN, rows));
            for (int i = CHAIN; i < rows; i += CHAIN) {
                total = total.add(sumOne(x, xo + j + i * xRow, xRow, Math.min(CHAIN, rows - i)));
            }
            total.intoArray(out, oo + j);
        }
    }

    /** Four vectors of columns at once: their chains hide the latency of the addition, and whole cache lines are read. */
    private static void sumFour(float[] x, int xo, int xRow, int rows, float[] out, int oo, boolean add) {
        FloatVector s0 = load(x, xo);
        FloatVector s1 = load(x, xo + Simd.LANES);
        FloatVector s2 = load(x, xo + 2 * Simd.LANES);
        FloatVector s3 = load(x, xo + 3 * Simd.LANES);
        for (int i = 1; i < rows; i++) {
            int at = xo + i * xRow;
            s0 = s0.add(load(x, at));
            s1 = s1.add(load(x, at + Simd.LANES));
            s2 = s2.add(load(x, at + 2 * Simd.LANES));
            s3 = s3.add(load(x, at + 3 * Simd.LANES));
        }
        if (add) {
            s0 = s0.add(load(out, oo));
            s1 = s1.add(load(out, oo + Simd.LANES));
            s2 = s2.add(load(out, oo + 2 * Simd.LANES));
            s3 = s3.add(load(out, oo + 3 * Simd.LANES));
        }
        s0.intoArray(out, oo);
        s1.intoArray(out, oo + Simd.LANES);
        s2.intoArray(out, oo + 2 * Simd.LANES);
        s3.intoArray(out, oo + 3 * Simd.LANES);
    }

    private static FloatVector sumOne(float[] x, int xo, int xRow, int rows) {
        FloatVector sum = load(x, xo);
        for (int i = 1; i < rows; i++) {
            sum = sum.add(load(x, xo + i * xRow));
        }
        return sum;
    }

    private static void maxColumns(float[] x, int xo, int xRow, int rows, float[] out, int oo, int n) {
        for (int j = 0; j < n; j += Simd.LANES) {
            FloatVector max = load(x, xo + j);
            for (int i = 1; i < rows; i++) {
                max = max.max(load(x, xo + j + i * xRow));
            }
            max.intoArray(out, oo + j);
        }
    }

    private static void minColumns(float[] x, int xo, int xRow, int rows, float[] out, int oo, int n) {
        for (int j = 0; j < n; j += Simd.LANES) {
            FloatVector min = load(x, xo + j);
            for (int i = 1; i < rows; i++) {
                min = min.min(load(x, xo + j + i * xRow));
            }
            min.intoArray(out, oo + j);
        }
    }

    @Override
    public void addRows(
            float[] x, int xo, int xRow, int[] indices, int io, int count, float[] table, int to, int tableRow, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < count; i++) {
            int from = xo + i * xRow;
            int into = to + indices[io + i] * tableRow;
            for (int j = 0; j < whole; j += Simd.LANES) {
                load(table, into + j).add(load(x, from + j)).intoArray(table, into + j);
            }
            for (int j = whole; j < n; j++) {
                table[into + j] += x[from + j];
            }
        }
    }

    @Override
    public int nextAbove(float threshold, float[] x, int xo, int from, int n) {
        int i = from;
        for (; i <= n - Simd.LANES; i += Simd.LANES) {
            VectorMask<Float> others =
                    load(x, xo + i).compare(VectorOperators.LE, threshold).not();
            if (others.anyTrue()) {
                return i + others.firstTrue();
            }
        }
        return scalar.nextAbove(threshold, x, xo, i, n);
    }
}
