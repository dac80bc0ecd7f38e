package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.reference.Scalars;
import java.util.Arrays;

/** {@link ElementKernels} without vectors. */
final class ScalarElementKernels implements ElementKernels {
    @Override
    public void repeat(float value, float[] out) {
        Arrays.fill(out, 0, Piece.COPIES, value);
    }

    @Override
    public void unary(UnaryOp op, float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Scalars.unary(op, (double) x[xo + i]);
        }
    }

    @Override
    public void binary(
            BinaryOp op, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = (float) Scalars.binary(op, (double) a[ao + i * aStep], (double) b[bo + i * bStep]);
        }
    }

    @Override
    public void compare(
            CompareOp op, float[] a, int ao, int aStep, float[] b, int bo, int bStep, int[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Scalars.compare(op, (double) a[ao + i * aStep], (double) b[bo + i * bStep]) ? 1 : 0;
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
        for (int i = 0; i < n; i++) {
            out[oo + i] = condition[co + i] != 0 ? a[ao + i * aStep] : b[bo + i * bStep];
        }
    }
}
