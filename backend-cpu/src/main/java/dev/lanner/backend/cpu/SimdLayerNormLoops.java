package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link LayerNormLoops} on the Vector API. The last vector of a row is masked; lanes that are not loaded are 0. */
final class SimdLayerNormLoops implements LayerNormLoops {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;

    @Override
    public void statistics(int n, double epsilon, float[] x, int xOffset, float[] statistics, int at) {
        int whole = Simd.wholeVectors(n);
        VectorMask<Float> tail = F.indexInRange(whole, n);
        FloatVector sums = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            sums = sums.add(FloatVector.fromArray(F, x, xOffset + i));
        }
        if (whole < n) {
            sums = sums.add(FloatVector.fromArray(F, x, xOffset + whole, tail));
        }
        float mean = VectorSums.sum(sums) / n;
        FloatVector squares = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector centred = FloatVector.fromArray(F, x, xOffset + i).sub(mean);
            squares = centred.fma(centred, squares);
        }
        if (whole < n) {
            FloatVector centred =
                    FloatVector.fromArray(F, x, xOffset + whole, tail).sub(mean, tail);
            squares = centred.fma(centred, squares);
        }
        statistics[at] = mean;
        statistics[at + 1] = (float) (1 / Math.sqrt((double) VectorSums.sum(squares) / n + epsilon));
    }

    @Override
    public void normalise(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] u,
            int uOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] y,
            int yOffset) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + i).sub(mean).mul(inverse);
            FloatVector scaled = normal.fma(
                    FloatVector.fromArray(F, gamma, gammaOffset + i), FloatVector.fromArray(F, beta, betaOffset + i));
            scaled.mul(FloatVector.fromArray(F, u, uOffset + i)).intoArray(y, yOffset + i);
        }
        if (whole < n) {
            VectorMask<Float> tail = F.indexInRange(whole, n);
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + whole, tail).sub(mean).mul(inverse);
            FloatVector scaled = normal.fma(
                    FloatVector.fromArray(F, gamma, gammaOffset + whole, tail),
                    FloatVector.fromArray(F, beta, betaOffset + whole, tail));
            scaled.mul(FloatVector.fromArray(F, u, uOffset + whole, tail)).intoArray(y, yOffset + whole, tail);
        }
    }

    @Override
    public void gateGradient(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] u,
            int uOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] dy,
            int dyOffset,
            float[] du,
            int duOffset,
            float[] dn,
            float[] sums,
            int sumsOffset,
            float[] projections) {
        gradientOfGate(n, mean, inverse, x, xOffset, gamma, gammaOffset, beta, betaOffset, dy, dyOffset, du, duOffset);
        int whole = Simd.wholeVectors(n);
        FloatVector sum = FloatVector.zero(F);
        FloatVector projection = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + i).sub(mean).mul(inverse);
            FloatVector scale = FloatVector.fromArray(F, gamma, gammaOffset + i);
            FloatVector gradient = FloatVector.fromArray(F, dy, dyOffset + i);
            FloatVector gated = gradient.mul(FloatVector.fromArray(F, u, uOffset + i));
            int at = sumsOffset + i;
            gated.fma(normal, FloatVector.fromArray(F, sums, at)).intoArray(sums, at);
            gated.add(FloatVector.fromArray(F, sums, at + n)).intoArray(sums, at + n);
            FloatVector ofNormal = gated.mul(scale);
            ofNormal.intoArray(dn, i);
            sum = sum.add(ofNormal);
            projection = ofNormal.fma(normal, projection);
        }
        if (whole < n) {
            VectorMask<Float> tail = F.indexInRange(whole, n);
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + whole, tail).sub(mean).mul(inverse);
            FloatVector scale = FloatVector.fromArray(F, gamma, gammaOffset + whole, tail);
            FloatVector gradient = FloatVector.fromArray(F, dy, dyOffset + whole, tail);
            FloatVector gated = gradient.mul(FloatVector.fromArray(F, u, uOffset + whole, tail));
            int at = sumsOffset + whole;
            gated.fma(normal, FloatVector.fromArray(F, sums, at, tail)).intoArray(sums, at, tail);
            gated.add(FloatVector.fromArray(F, sums, at + n, tail)).intoArray(sums, at + n, tail);
            FloatVector ofNormal = gated.mul(scale);
            ofNormal.intoArray(dn, whole, tail);
            sum = sum.add(ofNormal, tail);
            projection = projection.add(ofNormal.mul(normal), tail);
        }
        projections[0] = VectorSums.sum(sum) / n;
        projections[1] = VectorSums.sum(projection) / n;
    }

    /** The gradient of u. On its own: with it in one method, C1 has too few virtual registers, and C2 never gets its profile. */
    private static void gradientOfGate(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] dy,
            int dyOffset,
            float[] du,
            int duOffset) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + i).sub(mean).mul(inverse);
            FloatVector scale = FloatVector.fromArray(F, gamma, gammaOffset + i);
            FloatVector gate = normal.fma(scale, FloatVector.fromArray(F, beta, betaOffset + i));
            FloatVector.fromArray(F, dy, dyOffset + i).mul(gate).intoArray(du, duOffset + i);
        }
        if (whole < n) {
            VectorMask<Float> tail = F.indexInRange(whole, n);
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + whole, tail).sub(mean).mul(inverse);
            FloatVector scale = FloatVector.fromArray(F, gamma, gammaOffset + whole, tail);
            FloatVector gate = normal.fma(scale, FloatVector.fromArray(F, beta, betaOffset + whole, tail));
            FloatVector.fromArray(F, dy, dyOffset + whole, tail).mul(gate).intoArray(du, duOffset + whole, tail);
        }
    }

    @Override
    public void inputGradient(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] dn,
            float[] projections,
            float[] dx,
            int dxOffset) {
        float along = projections[1];
        float level = projections[0];
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + i).sub(mean).mul(inverse);
            FloatVector gradient = FloatVector.fromArray(F, dn, i).sub(level).sub(normal.mul(along));
            gradient.mul(inverse).intoArray(dx, dxOffset + i);
        }
        if (whole < n) {
            VectorMask<Float> tail = F.indexInRange(whole, n);
            FloatVector normal =
                    FloatVector.fromArray(F, x, xOffset + whole, tail).sub(mean).mul(inverse);
            FloatVector gradient =
                    FloatVector.fromArray(F, dn, whole, tail).sub(level).sub(normal.mul(along));
            gradient.mul(inverse).intoArray(dx, dxOffset + whole, tail);
        }
    }
}
