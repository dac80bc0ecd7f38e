package dev.lanner.backend.cpu;

/**
 * The inner loops of dropout and of the optimiser's step, over runs of adjacent elements. {@link SimdElementLoops} and
 * {@link ScalarElementLoops} are twins.
 */
interface ElementLoops {
    /** {@code out = a b}. */
    void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset);

    /** One step of Adam on n elements of the parameter p and its moments m and v, in place; the gradient g is only read. */
    void adam(
            int n,
            AdamRates rates,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] m,
            int mOffset,
            float[] v,
            int vOffset);
}
