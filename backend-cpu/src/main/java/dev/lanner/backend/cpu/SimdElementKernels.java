package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ElementKernels} by vectors. A number that stands for all is loaded from its copies again and again: the index of an operand
 * with step 0 is masked away, so that one loop serves all forms of operands.
 */
final class SimdElementKernels implements ElementKernels {
    /** By stores as wide as the loads that follow: those would have to wait for narrower ones. */
    @Override
    public void repeat(float value, float[] out) {
        FloatVector copies = FloatVector.broadcast(Simd.F, value);
        for (int i = 0; i < Piece.COPIES; i += Simd.LANES) {
            copies.intoArray(out, i);
        }
    }

    @Override
    public void unary(UnaryOp op, float[] x, int xo, float[] out, int oo, int n) {
        SimdUnaryLoops.run(op, x, xo, out, oo, n);
    }

    @Override
    public void binary(
            BinaryOp op, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] out, int oo, int n) {
        switch (op) {
            case ADD -> add(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case SUB -> sub(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case MUL -> mul(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case DIV -> div(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case MAXIMUM -> max(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case MINIMUM -> min(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case POW -> pow(a, ao, aStep, b, bo, bStep, out, oo, n);
        }
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(Simd.F, x, at);
    }

    private static void add(float[] a, int ao, int aMask, float[] b, int bo, int bMask, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(a, ao + (i & aMask)).add(load(b, bo + (i & bMask))).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] + b[bo + (i & bMask)];
        }
    }

    private static void sub(float[] a, int ao, int aMask, float[] b, int bo, int bMask, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(a, ao + (i & aMask)).sub(load(b, bo + (i & bMask))).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] - b[bo + (i & bMask)];
        }
    }

    private static void mul(float[] a, int ao, int aMask, float[] b, int bo, int bMask, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(a, ao + (i & aMask)).mul(load(b, bo + (i & bMask))).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] * b[bo + (i & bMask)];
        }
    }

    private static void div(float[] a, int ao, int aMask, float[] b, int bo, int bMask, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(a, ao + (i & aMask)).div(load(b, bo + (i & bMask))).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] / b[bo + (i & bMask)];
        }
    }

    private static void max(float[] a, int ao, int aMask, float[] b, int bo, int bMask, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(a, ao + (i & aMask)).max(load(b, bo + (i & bMask))).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = Math.max(a[ao + (i & aMask)], b[bo + (i & bMask)]);
        }
    }

    private static void min(float[] a, int ao, int aMask, float[] b, int bo, int bMask, float[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            load(a, ao + (i & aMask)).min(load(b, bo + (i & bMask))).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = Math.min(a[ao + (i & aMask)], b[bo + (i & bMask)]);
        }
    }

    private static void pow(float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Math.pow(a[ao + i * aStep], b[bo + i * bStep]);
        }
    }

    @Override
    public void compare(
            CompareOp op, float[] a, int ao, int aStep, float[] b, int bo, int bStep, int[] out, int oo, int n) {
        switch (op) {
            case EQUAL -> equal(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case NOT_EQUAL -> notEqual(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case LESS -> less(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case LESS_EQUAL -> lessEqual(a, ao, -aStep, b, bo, -bStep, out, oo, n);
            case GREATER -> less(b, bo, -bStep, a, ao, -aStep, out, oo, n);
            case GREATER_EQUAL -> lessEqual(b, bo, -bStep, a, ao, -aStep, out, oo, n);
        }
    }

    private static IntVector ones(VectorMask<Float> mask) {
        return IntVector.zero(Simd.I).blend(1, mask.cast(Simd.I));
    }

    private static void equal(float[] a, int ao, int aMask, float[] b, int bo, int bMask, int[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            ones(load(a, ao + (i & aMask)).compare(VectorOperators.EQ, load(b, bo + (i & bMask))))
                    .intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] == b[bo + (i & bMask)] ? 1 : 0;
        }
    }

    private static void notEqual(float[] a, int ao, int aMask, float[] b, int bo, int bMask, int[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            ones(load(a, ao + (i & aMask)).compare(VectorOperators.NE, load(b, bo + (i & bMask))))
                    .intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] != b[bo + (i & bMask)] ? 1 : 0;
        }
    }

    private static void less(float[] a, int ao, int aMask, float[] b, int bo, int bMask, int[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            ones(load(a, ao + (i & aMask)).compare(VectorOperators.LT, load(b, bo + (i & bMask))))
                    .intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] < b[bo + (i & bMask)] ? 1 : 0;
        }
    }

    private static void lessEqual(
            float[] a, int ao, int aMask, float[] b, int bo, int bMask, int[] out, int oo, int n) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            ones(load(a, ao + (i & aMask)).compare(VectorOperators.LE, load(b, bo + (i & bMask))))
                    .intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = a[ao + (i & aMask)] <= b[bo + (i & bMask)] ? 1 : 0;
        }
    }

    @Override
    public void select(
            int[] condition,
            int co,
            float[] a,
            int ao,
            int aStep,
            float[] b,
            int bo,
            int bStep,
            float[] out,
            int oo,
            int n) {
        int aMask = -aStep;
        int bMask = -bStep;
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += Simd.LANES) {
            VectorMask<Float> chosen = IntVector.fromArray(Simd.I, condition, co + i)
                    .compare(VectorOperators.NE, 0)
                    .cast(Simd.F);
            load(b, bo + (i & bMask)).blend(load(a, ao + (i & aMask)), chosen).intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = condition[co + i] != 0 ? a[ao + (i & aMask)] : b[bo + (i & bMask)];
        }
    }
}
