package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link ElementLoops} on the Vector API. The last vector is masked; lanes that are not loaded are 0. */
final class SimdElementLoops implements ElementLoops {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;

    @Override
    public void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector factor = FloatVector.fromArray(F, b, bOffset + i);
            FloatVector.fromArray(F, a, aOffset + i).mul(factor).intoArray(out, outOffset + i);
        }
        if (whole < n) {
            VectorMask<Float> tail = F.indexInRange(whole, n);
            FloatVector factor = FloatVector.fromArray(F, b, bOffset + whole, tail);
            FloatVector.fromArray(F, a, aOffset + whole, tail).mul(factor).intoArray(out, outOffset + whole, tail);
        }
    }

    @Override
    public void adam(
            int n,
            AdamRates rates,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] m,
            int mOffset,
            float[] v,
            int vOffset) {
        int whole = Simd.wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector parameter = FloatVector.fromArray(F, p, pOffset + i);
            FloatVector gradient =
                    parameter.fma(FloatVector.broadcast(F, rates.coupled()), FloatVector.fromArray(F, g, gOffset + i));
            FloatVector first = first(FloatVector.fromArray(F, m, mOffset + i), gradient, rates);
            FloatVector second = second(FloatVector.fromArray(F, v, vOffset + i), gradient, rates);
            first.intoArray(m, mOffset + i);
            second.intoArray(v, vOffset + i);
            updated(parameter, first, second, rates).intoArray(p, pOffset + i);
        }
        if (whole < n) {
            VectorMask<Float> tail = F.indexInRange(whole, n);
            FloatVector parameter = FloatVector.fromArray(F, p, pOffset + whole, tail);
            FloatVector gradient = parameter.fma(
                    FloatVector.broadcast(F, rates.coupled()), FloatVector.fromArray(F, g, gOffset + whole, tail));
            FloatVector first = first(FloatVector.fromArray(F, m, mOffset + whole, tail), gradient, rates);
            FloatVector second = second(FloatVector.fromArray(F, v, vOffset + whole, tail), gradient, rates);
            first.intoArray(m, mOffset + whole, tail);
            second.intoArray(v, vOffset + whole, tail);
            updated(parameter, first, second, rates).intoArray(p, pOffset + whole, tail);
        }
    }

    private static FloatVector first(FloatVector m, FloatVector gradient, AdamRates rates) {
        return m.fma(FloatVector.broadcast(F, rates.decay1()), gradient.mul(rates.gain1()));
    }

    private static FloatVector second(FloatVector v, FloatVector gradient, AdamRates rates) {
        return v.fma(
                FloatVector.broadcast(F, rates.decay2()), gradient.mul(gradient).mul(rates.gain2()));
    }

    private static FloatVector updated(FloatVector p, FloatVector first, FloatVector second, AdamRates rates) {
        FloatVector scale =
                second.sqrt().fma(FloatVector.broadcast(F, rates.root()), FloatVector.broadcast(F, rates.epsilon()));
        FloatVector decayed = p.sub(p.mul(rates.decoupled()));
        return decayed.sub(first.mul(rates.step()).div(scale));
    }
}
