package dev.lanner.backend.cpu;

import dev.lanner.tensor.RandomKey;

/**
 * The inner loops of dropout and of the optimiser's step, over runs of adjacent elements. {@link SimdElementLoops} and
 * {@link ScalarElementLoops} are twins.
 */
interface ElementLoops {
    /**
     * Draws {@link dev.lanner.tensor.backend.RandomOp#DROPOUT_MASK}, the same bits as {@link dev.lanner.tensor.backend.Draws}.
     *
     * @param first index of the first element in the key's stream, a multiple of 4
     * @param out receives {@code count} elements from 0 on
     */
    void mask(RandomKey key, double probability, int first, int count, float[] out);

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
