package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.reference.Scalars;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of one element by vectors: a loop for each, so that the compiler sees one operation in it. The end of a row is computed by
 * the same operations, an element a vector: a result does not depend on where its element lies. (Masked loads over the end of an
 * array are far slower.)
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

    private static FloatVector single(float[] x, int at) {
        return FloatVector.broadcast(Simd.F, x[at]);
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
        for (int i = whole; i < n; i++) {
            out[oo + i] = single(x, xo + i).neg().lane(0);
        }
    }

    private static void abs(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(x, xo + i).abs().intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = single(x, xo + i).abs().lane(0);
        }
    }

    private static void exp(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.exp(load(x, xo + i)).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = VectorMath.exp(single(x, xo + i)).lane(0);
        }
    }

    private static void log(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.log(load(x, xo + i)).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = VectorMath.log(single(x, xo + i)).lane(0);
        }
    }

    private static void sqrt(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(x, xo + i).sqrt().intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = single(x, xo + i).sqrt().lane(0);
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
        for (int i = whole; i < n; i++) {
            out[oo + i] = square(single(x, xo + i)).lane(0);
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
        for (int i = whole; i < n; i++) {
            out[oo + i] = reciprocal(single(x, xo + i)).lane(0);
        }
    }

    private static void tanh(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.tanh(load(x, xo + i)).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = VectorMath.tanh(single(x, xo + i)).lane(0);
        }
    }

    private static void sigmoid(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.sigmoid(load(x, xo + i)).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = VectorMath.sigmoid(single(x, xo + i)).lane(0);
        }
    }

    private static void silu(float[] x, int xo, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMath.silu(load(x, xo + i)).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = VectorMath.silu(single(x, xo + i)).lane(0);
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
        for (int i = whole; i < n; i++) {
            out[oo + i] = relu(single(x, xo + i)).lane(0);
        }
    }
}
