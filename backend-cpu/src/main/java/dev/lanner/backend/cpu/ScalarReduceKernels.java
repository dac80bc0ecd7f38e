package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;

/** {@link ReduceKernels} without vectors; sums are made in double precision. */
final class ScalarReduceKernels implements ReduceKernels {
    @Override
    public float row(ReduceOp op, float[] x, int xo, int n) {
        return column(op, x, xo, 1, n);
    }

    @Override
    public void columns(ReduceOp op, float[] x, int xo, int xRow, int rows, float[] out, int oo, int n) {
        for (int j = 0; j < n; j++) {
            out[oo + j] = column(op, x, xo + j, xRow, rows);
        }
    }

    private static float column(ReduceOp op, float[] x, int xo, int stride, int n) {
        return switch (op) {
            case SUM -> sum(x, xo, stride, n);
            case MAX -> max(x, xo, stride, n);
            case MIN -> min(x, xo, stride, n);
        };
    }

    private static float sum(float[] x, int xo, int stride, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[xo + i * stride];
        }
        return (float) sum;
    }

    private static float max(float[] x, int xo, int stride, int n) {
        float max = x[xo];
        for (int i = 1; i < n; i++) {
            max = Math.max(max, x[xo + i * stride]);
        }
        return max;
    }

    private static float min(float[] x, int xo, int stride, int n) {
        float min = x[xo];
        for (int i = 1; i < n; i++) {
            min = Math.min(min, x[xo + i * stride]);
        }
        return min;
    }

    @Override
    public void addRows(
            float[] x, int xo, int xRow, int[] indices, int io, int count, float[] table, int to, int tableRow, int n) {
        for (int i = 0; i < count; i++) {
            int from = xo + i * xRow;
            int into = to + indices[io + i] * tableRow;
            for (int j = 0; j < n; j++) {
                table[into + j] += x[from + j];
            }
        }
    }

    @Override
    public int nextAbove(float threshold, float[] x, int xo, int from, int n) {
        int i = from;
        // NaN fails every comparison, so this stops there as well.
        while (i < n && x[xo + i] <= threshold) {
            i++;
        }
        return i;
    }
}
