package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.UnaryOp;

/**
 * Element-wise functions on rows of floats. {@link SimdElementKernels} and {@link ScalarElementKernels} are twins; the second runs
 * where {@code jdk.incubator.vector} is missing.
 *
 * <p>Operands start at the offset beside them. One with a step of 0 is a single number that stands for all, and at least {@link
 * Piece#COPIES} of it lie there; otherwise the step is 1. Results may be written to the very place of an operand.
 */
interface ElementKernels {
    /** The twin for this JVM. */
    static ElementKernels choose() {
        return SimdSupport.available() ? new SimdElementKernels() : new ScalarElementKernels();
    }

    /** Writes {@link Piece#COPIES} of a number to the start of an array. */
    void repeat(float value, float[] out);

    /** {@code out = op(x)} on n adjacent elements. */
    void unary(UnaryOp op, float[] x, int xo, float[] out, int oo, int n);

    /** {@code out = op(a, b)}. */
    void binary(BinaryOp op, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] out, int oo, int n);

    /** {@code out = op(a, b)} as 1 or 0. */
    void compare(CompareOp op, float[] a, int ao, int aStep, float[] b, int bo, int bStep, int[] out, int oo, int n);

    /** {@code out = condition != 0 ? a : b}, where the conditions are adjacent. */
    void select(
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
            int n);
}
