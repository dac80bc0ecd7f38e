package dev.lanner.backend.cpu;

/** {@link ElementLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarElementLoops implements ElementLoops {
    @Override
    public void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = a[aOffset + i] * b[bOffset + i];
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
        for (int i = 0; i < n; i++) {
            float parameter = p[pOffset + i];
            float gradient = g[gOffset + i] + rates.coupled() * parameter;
            float first = rates.decay1() * m[mOffset + i] + rates.gain1() * gradient;
            float second = rates.decay2() * v[vOffset + i] + rates.gain2() * gradient * gradient;
            float scale = (float) Math.sqrt(second) * rates.root() + rates.epsilon();
            m[mOffset + i] = first;
            v[vOffset + i] = second;
            p[pOffset + i] = parameter - rates.decoupled() * parameter - rates.step() * first / scale;
        }
    }
}
