package dev.lanner.backend.cpu;

/**
 * The inner loops of the sampled softmax loss. {@link SimdLossLoops} and {@link ScalarLossLoops} are twins. Widths are multiples of
 * {@link #lanes()}, with zeros behind a row's own elements; lists of items are padded up to one.
 */
interface LossLoops {
    /** Columns that are summed by one task of the table's gradient: a multiple of every number of lanes. */
    int BLOCK = 32;

    /** What widths and lists are padded to, at most {@link #BLOCK}. */
    int lanes();

    /** {@code sum(a b)}. */
    float dot(int width, float[] a, int aOffset, float[] b, int bOffset);

    /** {@code out = alpha a + beta b}; out may be a or b. */
    void combine(
            int width,
            float alpha,
            float[] a,
            int aOffset,
            float beta,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset);

    /**
     * {@code logits[i] = h · table[items[i]]}, from position 0 on. Writes up to {@link #BLOCK} elements more than {@code count}.
     *
     * @param items rows of the table, padded
     */
    void logits(int count, int width, float[] h, float[] table, int tableOffset, int[] items, float[] logits);

    /**
     * Cross entropy of {@code items[0]} among the items. Others that are the same item do not count.
     *
     * @param items padded with {@code items[0]}
     * @param logits overwritten by the gradients of the loss by each logit
     * @return the loss
     */
    double crossEntropy(int count, int[] items, float[] logits);

    /**
     * {@code out = sum over i of coefficients[i] table[items[i]]}, from the last item to the first: after {@link #logits} the last ones
     * are still in the first-level cache, which is a little too small for all.
     */
    void weightedSum(
            int count, int width, float[] coefficients, int[] items, float[] table, int tableOffset, float[] out);

    /**
     * {@code sums[items[i]] += coefficients[i] h} for rows of {@link #BLOCK} elements, in the order of i.
     *
     * @param sums rows of {@link #BLOCK} elements from {@code sumsOffset} on
     */
    void scatter(
            int count,
            float[] coefficients,
            int coefficientsOffset,
            int[] items,
            int itemsOffset,
            float[] h,
            float[] sums,
            int sumsOffset);
}
