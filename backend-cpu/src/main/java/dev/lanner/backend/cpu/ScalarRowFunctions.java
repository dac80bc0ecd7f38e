package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.reference.Scalars;

/** {@link RowFunctions} without vectors. */
final class ScalarRowFunctions implements RowFunctions {
    @Override
    public void unary(UnaryOp op, float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Scalars.unary(op, (double) x[xo + i]);
        }
    }

    @Override
    public float reduce(ReduceOp op, float[] x, int xo, int n) {
        return switch (op) {
            case SUM -> sum(x, xo, n);
            case MAX -> max(x, xo, n);
            case MIN -> min(x, xo, n);
        };
    }

    private static float sum(float[] x, int xo, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[xo + i];
        }
        return (float) sum;
    }

    private static float max(float[] x, int xo, int n) {
        float max = x[xo];
        for (int i = 1; i < n; i++) {
            max = Math.max(max, x[xo + i]);
        }
        return max;
    }

    private static float min(float[] x, int xo, int n) {
        float min = x[xo];
        for (int i = 1; i < n; i++) {
            min = Math.min(min, x[xo + i]);
        }
        return min;
    }
}
