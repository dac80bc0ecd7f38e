package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.reference.Scalars;

/**
 * Binary operations on rows of floats: a loop for each operation where all is adjacent, or the second operand is one number; the
 * compiler makes vector code of those by itself. Anything else goes element by element.
 */
final class FloatRows {
    private FloatRows() {}

    /**
     * {@code out = op(a, b)} on one row.
     *
     * @param aStride distance between neighbours of {@code a}, 0 for a broadcast number; likewise the others
     * @param n elements
     */
    static void binary(
            BinaryOp op,
            float[] a,
            int ao,
            int aStride,
            float[] b,
            int bo,
            int bStride,
            float[] out,
            int oo,
            int oStride,
            int n) {
        if (aStride == 1 && bStride == 1 && oStride == 1) {
            adjacent(op, a, ao, b, bo, out, oo, n);
        } else if (aStride == 1 && bStride == 0 && oStride == 1) {
            constant(op, a, ao, b[bo], out, oo, n);
        } else if (aStride == 0 && bStride == 1 && oStride == 1 && isCommutative(op)) {
            constant(op, b, bo, a[ao], out, oo, n);
        } else {
            for (int i = 0; i < n; i++) {
                out[oo + i * oStride] = (float) Scalars.binary(op, (double) a[ao + i * aStride], b[bo + i * bStride]);
            }
        }
    }

    private static boolean isCommutative(BinaryOp op) {
        return op == BinaryOp.ADD || op == BinaryOp.MUL || op == BinaryOp.MAXIMUM || op == BinaryOp.MINIMUM;
    }

    private static void adjacent(BinaryOp op, float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        switch (op) {
            case ADD -> add(a, ao, b, bo, out, oo, n);
            case SUB -> sub(a, ao, b, bo, out, oo, n);
            case MUL -> mul(a, ao, b, bo, out, oo, n);
            case DIV -> div(a, ao, b, bo, out, oo, n);
            case MAXIMUM -> maximum(a, ao, b, bo, out, oo, n);
            case MINIMUM -> minimum(a, ao, b, bo, out, oo, n);
            case POW -> pow(a, ao, b, bo, out, oo, n);
        }
    }

    private static void constant(BinaryOp op, float[] a, int ao, float b, float[] out, int oo, int n) {
        switch (op) {
            case ADD -> addConstant(a, ao, b, out, oo, n);
            case SUB -> addConstant(a, ao, -b, out, oo, n);
            case MUL -> mulConstant(a, ao, b, out, oo, n);
            case DIV -> divConstant(a, ao, b, out, oo, n);
            case MAXIMUM -> maximumConstant(a, ao, b, out, oo, n);
            case MINIMUM -> minimumConstant(a, ao, b, out, oo, n);
            case POW -> powConstant(a, ao, b, out, oo, n);
        }
    }

    static void add(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] + b[bo + i];
        }
    }

    private static void sub(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] - b[bo + i];
        }
    }

    private static void mul(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] * b[bo + i];
        }
    }

    private static void div(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] / b[bo + i];
        }
    }

    private static void maximum(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Math.max(a[ao + i], b[bo + i]);
        }
    }

    private static void minimum(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Math.min(a[ao + i], b[bo + i]);
        }
    }

    private static void pow(float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Math.pow(a[ao + i], b[bo + i]);
        }
    }

    private static void addConstant(float[] a, int ao, float b, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] + b;
        }
    }

    private static void mulConstant(float[] a, int ao, float b, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] * b;
        }
    }

    private static void divConstant(float[] a, int ao, float b, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = a[ao + i] / b;
        }
    }

    private static void maximumConstant(float[] a, int ao, float b, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Math.max(a[ao + i], b);
        }
    }

    private static void minimumConstant(float[] a, int ao, float b, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Math.min(a[ao + i], b);
        }
    }

    private static void powConstant(float[] a, int ao, float b, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Math.pow(a[ao + i], b);
        }
    }
}
