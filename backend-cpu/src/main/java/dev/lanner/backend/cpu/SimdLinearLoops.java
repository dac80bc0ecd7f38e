package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link LinearLoops} on the Vector API. The last vector of a row is masked; lanes that are not loaded are 0. */
final class SimdLinearLoops implements LinearLoops {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;

    @Override
    public void addBias(int rows, int n, float[] x, int xOffset, int xRow, float[] bias, int biasOffset) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        for (int row = 0; row < rows; row++) {
            int at = xOffset + row * xRow;
            for (int i = 0; i < whole; i += LANES) {
                addTo(x, at + i, FloatVector.fromArray(F, bias, biasOffset + i));
            }
            if (whole < n) {
                addTo(x, at + whole, FloatVector.fromArray(F, bias, biasOffset + whole, tail), tail);
            }
        }
    }

    @Override
    public void biasGradient(
            int rows,
            int n,
            float[] dy,
            int dyOffset,
            int dyRow,
            float[] dx,
            int dxOffset,
            int dxRow,
            float[] sums,
            int sumsOffset) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        for (int row = 0; row < rows; row++) {
            int from = dyOffset + row * dyRow;
            int to = dxOffset + row * dxRow;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector gradient = FloatVector.fromArray(F, dy, from + i);
                gradient.intoArray(dx, to + i);
                addTo(sums, sumsOffset + i, gradient);
            }
            if (whole < n) {
                FloatVector gradient = FloatVector.fromArray(F, dy, from + whole, tail);
                gradient.intoArray(dx, to + whole, tail);
                addTo(sums, sumsOffset + whole, gradient, tail);
            }
        }
    }

    @Override
    public void silu(
            int rows,
            int n,
            float[] x,
            int xOffset,
            int xRow,
            float[] bias,
            int biasOffset,
            float[] y,
            int yOffset,
            int yRow) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        for (int row = 0; row < rows; row++) {
            int from = xOffset + row * xRow;
            int to = yOffset + row * yRow;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector z =
                        FloatVector.fromArray(F, x, from + i).add(FloatVector.fromArray(F, bias, biasOffset + i));
                VectorMath.silu(z).intoArray(y, to + i);
            }
            if (whole < n) {
                FloatVector z = FloatVector.fromArray(F, x, from + whole, tail)
                        .add(FloatVector.fromArray(F, bias, biasOffset + whole, tail));
                VectorMath.silu(z).intoArray(y, to + whole, tail);
            }
        }
    }

    @Override
    public void siluGradient(
            int rows,
            int n,
            float[] x,
            int xOffset,
            int xRow,
            float[] bias,
            int biasOffset,
            float[] dy,
            int dyOffset,
            int dyRow,
            float[] dx,
            int dxOffset,
            int dxRow,
            float[] sums,
            int sumsOffset) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        for (int row = 0; row < rows; row++) {
            int from = xOffset + row * xRow;
            int upstream = dyOffset + row * dyRow;
            int to = dxOffset + row * dxRow;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector z =
                        FloatVector.fromArray(F, x, from + i).add(FloatVector.fromArray(F, bias, biasOffset + i));
                FloatVector gradient =
                        FloatVector.fromArray(F, dy, upstream + i).mul(siluDerivative(z));
                gradient.intoArray(dx, to + i);
                addTo(sums, sumsOffset + i, gradient);
            }
            if (whole < n) {
                FloatVector z = FloatVector.fromArray(F, x, from + whole, tail)
                        .add(FloatVector.fromArray(F, bias, biasOffset + whole, tail));
                FloatVector gradient =
                        FloatVector.fromArray(F, dy, upstream + whole, tail).mul(siluDerivative(z));
                gradient.intoArray(dx, to + whole, tail);
                addTo(sums, sumsOffset + whole, gradient, tail);
            }
        }
    }

    @Override
    public void dropoutAdd(
            int rows,
            int n,
            float[] y,
            int yOffset,
            int yRow,
            float[] bias,
            int biasOffset,
            float[] mask,
            int maskOffset,
            float[] residual,
            int residualOffset,
            int residualRow) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        for (int row = 0; row < rows; row++) {
            int at = yOffset + row * yRow;
            int factors = maskOffset + row * n;
            int added = residualOffset + row * residualRow;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector z = FloatVector.fromArray(F, y, at + i).add(FloatVector.fromArray(F, bias, biasOffset + i));
                z.fma(FloatVector.fromArray(F, mask, factors + i), FloatVector.fromArray(F, residual, added + i))
                        .intoArray(y, at + i);
            }
            if (whole < n) {
                FloatVector z = FloatVector.fromArray(F, y, at + whole, tail)
                        .add(FloatVector.fromArray(F, bias, biasOffset + whole, tail));
                z.fma(
                                FloatVector.fromArray(F, mask, factors + whole, tail),
                                FloatVector.fromArray(F, residual, added + whole, tail))
                        .intoArray(y, at + whole, tail);
            }
        }
    }

    @Override
    public void dropoutGradient(
            int rows,
            int n,
            float[] dy,
            int dyOffset,
            int dyRow,
            float[] mask,
            int maskOffset,
            float[] dx,
            int dxOffset,
            int dxRow,
            float[] sums,
            int sumsOffset) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        for (int row = 0; row < rows; row++) {
            int from = dyOffset + row * dyRow;
            int factors = maskOffset + row * n;
            int to = dxOffset + row * dxRow;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector gradient =
                        FloatVector.fromArray(F, dy, from + i).mul(FloatVector.fromArray(F, mask, factors + i));
                gradient.intoArray(dx, to + i);
                addTo(sums, sumsOffset + i, gradient);
            }
            if (whole < n) {
                FloatVector gradient = FloatVector.fromArray(F, dy, from + whole, tail)
                        .mul(FloatVector.fromArray(F, mask, factors + whole, tail));
                gradient.intoArray(dx, to + whole, tail);
                addTo(sums, sumsOffset + whole, gradient, tail);
            }
        }
    }

    private static void addTo(float[] sums, int at, FloatVector term) {
        FloatVector.fromArray(F, sums, at).add(term).intoArray(sums, at);
    }

    private static void addTo(float[] sums, int at, FloatVector term, VectorMask<Float> mask) {
        FloatVector.fromArray(F, sums, at, mask).add(term).intoArray(sums, at, mask);
    }

    /** {@code s (1 + z (1 - s))} with {@code s = sigmoid(z)}. */
    private static FloatVector siluDerivative(FloatVector z) {
        FloatVector one = FloatVector.broadcast(F, 1f);
        FloatVector s = VectorMath.sigmoid(z);
        return s.mul(one.sub(s).fma(z, one));
    }
}
