package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link SoftmaxLoops} on the Vector API. The last vector of a row is masked. */
final class SimdSoftmaxLoops implements SoftmaxLoops {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;

    @Override
    public void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        FloatVector largest = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < whole; i += LANES) {
            largest = largest.max(FloatVector.fromArray(F, x, xOffset + i));
        }
        if (whole < n) {
            FloatVector last = FloatVector.fromArray(F, x, xOffset + whole, tail);
            largest = largest.lanewise(VectorOperators.MAX, last, tail);
        }
        float max = largest.reduceLanes(VectorOperators.MAX);
        FloatVector sums = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector exp =
                    VectorMath.exp(FloatVector.fromArray(F, x, xOffset + i).sub(max));
            exp.intoArray(y, yOffset + i);
            sums = sums.add(exp);
        }
        if (whole < n) {
            FloatVector exp = VectorMath.exp(
                    FloatVector.fromArray(F, x, xOffset + whole, tail).sub(max));
            exp.intoArray(y, yOffset + whole, tail);
            sums = sums.add(exp, tail);
        }
        float scale = 1 / VectorSums.sum(sums);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(F, y, yOffset + i).mul(scale).intoArray(y, yOffset + i);
        }
        if (whole < n) {
            FloatVector last = FloatVector.fromArray(F, y, yOffset + whole, tail);
            last.mul(scale).intoArray(y, yOffset + whole, tail);
        }
    }

    @Override
    public void softmaxGradient(int n, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        FloatVector sums = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(F, dy, dyOffset + i);
            sums = FloatVector.fromArray(F, y, yOffset + i).fma(gradient, sums);
        }
        if (whole < n) {
            // Lanes that are not loaded are 0, and so are their products.
            FloatVector gradient = FloatVector.fromArray(F, dy, dyOffset + whole, tail);
            sums = FloatVector.fromArray(F, y, yOffset + whole, tail).fma(gradient, sums);
        }
        float sum = VectorSums.sum(sums);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(F, dy, dyOffset + i);
            FloatVector.fromArray(F, y, yOffset + i).mul(gradient.sub(sum)).intoArray(dx, dxOffset + i);
        }
        if (whole < n) {
            FloatVector gradient = FloatVector.fromArray(F, dy, dyOffset + whole, tail);
            FloatVector last = FloatVector.fromArray(F, y, yOffset + whole, tail);
            last.mul(gradient.sub(sum)).intoArray(dx, dxOffset + whole, tail);
        }
    }
}
