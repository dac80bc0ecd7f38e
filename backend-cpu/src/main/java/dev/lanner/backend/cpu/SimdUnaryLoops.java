package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.reference.Scalars;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of one element by vectors: a loop for each, so that the compiler sees one operation in it. The end of a row is computed by
 * the same operations under a mask: a result does not depend on where its element lies.
 */
final class SimdUnaryLoops {
    private SimdUnaryLoops() {}

    /** {@code out = op(x)} on n adjacent elements. */
    static void run(UnaryOp op, float[] x, int xo, float[] out, int oo, int n) {
        switch (op) {
            case NEG -> neg(x, xo, out, oo, n);
            case ABS -> abs(x, xo, out, oo, n);
            case EXP -> exp(x, xo, out, oo, n);
            case LOG -> log(x, xo, out, oo, n);
            case SQRT -> sqrt(x, xo, out, oo, n);
            case SQUARE -> square(x, xo, out, oo, n);
            case RECIPROCAL -> reciprocal(x, xo, out, oo, n);
            case TANH -> tanh(x, xo, out, oo, n);
            case SIGMOID -> sigmoid(x, xo, out, oo, n);
            case SILU -> silu(x, xo, out, oo, n);
            case RELU -> relu(x, xo, out, oo, n);
            case SIGN, ERF -> scalar(op, x, xo, out, oo, n);
        }
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(Simd.F, x, at);
    }

    private static FloatVector load(float[] x, int at, VectorMask<Float> mask) {
        return FloatVector.fromArray(Simd.F, x, at, mask);
    }

    private static VectorMask<Float> first(int n) {
        return Simd.F.indexInRange(0, n);
    }

    private static void scalar(UnaryOp op, float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Scalars.unary(op, (double) x[xo + i]);
        }
    }

    private static void neg(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(x, xo + i).neg().intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            load(x, xo + whole, rest).neg().intoArray(out, oo + whole, rest);
        }
    }

    private static void abs(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(x, xo + i).abs().intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            load(x, xo + whole, rest).abs().intoArray(out, oo + whole, rest);
        }
    }

    private static void exp(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.exp(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            VectorMath.exp(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    private static void log(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.log(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            VectorMath.log(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    private static void sqrt(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(x, xo + i).sqrt().intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            load(x, xo + whole, rest).sqrt().intoArray(out, oo + whole, rest);
        }
    }

    private static FloatVector square(FloatVector x) {
        return x.mul(x);
    }

    private static void square(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            square(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            square(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    private static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(Simd.F, 1f).div(x);
    }

    private static void reciprocal(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            reciprocal(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            reciprocal(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    private static void tanh(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.tanh(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            VectorMath.tanh(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    private static void sigmoid(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.sigmoid(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            VectorMath.sigmoid(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    private static void silu(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.silu(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            VectorMath.silu(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }

    /** Not the maximum with 0: NaN must stay, and -0 as well. */
    private static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(VectorOperators.LT, 0f));
    }

    private static void relu(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            relu(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (whole < n) {
            VectorMask<Float> rest = first(n - whole);
            relu(load(x, xo + whole, rest)).intoArray(out, oo + whole, rest);
        }
    }
}
