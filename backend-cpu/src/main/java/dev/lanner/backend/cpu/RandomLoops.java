package dev.lanner.backend.cpu;

import dev.lanner.tensor.RandomKey;

/**
 * The inner loops of drawing random numbers in bulk, the same bits as {@link dev.lanner.tensor.backend.Draws}. {@link SimdRandomLoops}
 * and {@link ScalarRandomLoops} are twins.
 */
interface RandomLoops {
    /** What the first index of a run must be a multiple of. */
    int UNIT = 4;

    /**
     * Draws {@link dev.lanner.tensor.backend.RandomOp#DROPOUT_MASK}.
     *
     * @param first index of the first element in the key's stream, a multiple of {@link #UNIT}
     * @param words work space of {@code count} elements
     * @param out receives {@code count} elements from 0 on
     */
    void mask(RandomKey key, double probability, int first, int count, int[] words, float[] out);

    /**
     * Draws {@link dev.lanner.tensor.backend.RandomOp#UNIFORM_INT}, integers in [a, b).
     *
     * @param first index of the first element in the key's stream, a multiple of {@link #UNIT}
     * @param out receives {@code count} elements from {@code offset} on
     */
    void ints(RandomKey key, int a, int b, int first, int[] out, int offset, int count);
}
