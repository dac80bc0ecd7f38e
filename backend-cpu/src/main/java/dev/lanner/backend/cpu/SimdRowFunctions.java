package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link RowFunctions} by vectors; a loop for each function, so that the compiler sees one operation in each. */
final class SimdRowFunctions implements RowFunctions {
    private final RowFunctions tail = new ScalarRowFunctions();

    @Override
    public void unary(UnaryOp op, float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        switch (op) {
            case EXP -> exp(x, xo, out, oo, whole);
            case LOG -> log(x, xo, out, oo, whole);
            case TANH -> tanh(x, xo, out, oo, whole);
            case SIGMOID -> sigmoid(x, xo, out, oo, whole);
            case SILU -> silu(x, xo, out, oo, whole);
            case SQRT -> sqrt(x, xo, out, oo, whole);
            case SQUARE -> square(x, xo, out, oo, whole);
            case NEG -> neg(x, xo, out, oo, whole);
            case ABS -> abs(x, xo, out, oo, whole);
            case RECIPROCAL -> reciprocal(x, xo, out, oo, whole);
            case RELU -> relu(x, xo, out, oo, whole);
            case SIGN, ERF -> whole = 0;
        }
        tail.unary(op, x, xo + whole, out, oo + whole, n - whole);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(Simd.F, x, at);
    }

    private static void exp(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMath.exp(load(x, xo + i)).intoArray(out, oo + i);
        }
    }

    private static void log(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMath.log(load(x, xo + i)).intoArray(out, oo + i);
        }
    }

    private static void tanh(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMath.tanh(load(x, xo + i)).intoArray(out, oo + i);
        }
    }

    private static void sigmoid(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMath.sigmoid(load(x, xo + i)).intoArray(out, oo + i);
        }
    }

    private static void silu(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMath.silu(load(x, xo + i)).intoArray(out, oo + i);
        }
    }

    private static void sqrt(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            load(x, xo + i).sqrt().intoArray(out, oo + i);
        }
    }

    private static void square(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            FloatVector v = load(x, xo + i);
            v.mul(v).intoArray(out, oo + i);
        }
    }

    private static void neg(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            load(x, xo + i).neg().intoArray(out, oo + i);
        }
    }

    private static void abs(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            load(x, xo + i).abs().intoArray(out, oo + i);
        }
    }

    private static void reciprocal(float[] x, int xo, float[] out, int oo, int n) {
        FloatVector one = FloatVector.broadcast(Simd.F, 1f);
        for (int i = 0; i < n; i += Simd.LANES) {
            one.div(load(x, xo + i)).intoArray(out, oo + i);
        }
    }

    private static void relu(float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            FloatVector v = load(x, xo + i);
            // Not max(v, 0): NaN must stay, and -0 as well.
            v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoArray(out, oo + i);
        }
    }

    @Override
    public float reduce(ReduceOp op, float[] x, int xo, int n) {
        if (n < Simd.LANES) {
            return tail.reduce(op, x, xo, n);
        }
        int whole = Simd.wholeVectors(n);
        return switch (op) {
            case SUM -> sum(x, xo, whole) + tail.reduce(op, x, xo + whole, n - whole);
            case MAX ->
                whole == n ? max(x, xo, n) : Math.max(max(x, xo, whole), tail.reduce(op, x, xo + whole, n - whole));
            case MIN ->
                whole == n ? min(x, xo, n) : Math.min(min(x, xo, whole), tail.reduce(op, x, xo + whole, n - whole));
        };
    }

    /** Two chains, to hide the latency of the addition. */
    private static float sum(float[] x, int xo, int n) {
        FloatVector even = FloatVector.zero(Simd.F);
        FloatVector odd = FloatVector.zero(Simd.F);
        int i = 0;
        for (; i + 2 * Simd.LANES <= n; i += 2 * Simd.LANES) {
            even = even.add(load(x, xo + i));
            odd = odd.add(load(x, xo + i + Simd.LANES));
        }
        if (i < n) {
            even = even.add(load(x, xo + i));
        }
        return VectorSums.sum(even.add(odd));
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
}
