package dev.lanner.backend.cpu;

/**
 * The inner loops of what follows a matrix product in a linear layer, over rows of {@code n} adjacent elements from the offsets on.
 * {@link SimdLinearLoops} and {@link ScalarLinearLoops} are twins. Sums are of columns, over the rows in their order.
 */
interface LinearLoops {
    /** {@code x += bias}. */
    void addBias(int rows, int n, float[] x, int xOffset, int xRow, float[] bias, int biasOffset);

    /** {@code dx = dy}; adds dy to the sums. */
    void biasGradient(
            int rows,
            int n,
            float[] dy,
            int dyOffset,
            int dyRow,
            float[] dx,
            int dxOffset,
            int dxRow,
            float[] sums,
            int sumsOffset);

    /** {@code y = silu(x + bias)}. */
    void silu(
            int rows,
            int n,
            float[] x,
            int xOffset,
            int xRow,
            float[] bias,
            int biasOffset,
            float[] y,
            int yOffset,
            int yRow);

    /** {@code dx = dy s (1 + z (1 - s))} with {@code z = x + bias}, {@code s = sigmoid(z)}; adds dx to the sums. */
    void siluGradient(
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
            int sumsOffset);

    /** {@code y = (y + bias) mask + residual}; the mask's rows follow each other without a gap. */
    void dropoutAdd(
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
            int residualRow);

    /** {@code dx = dy mask}; adds dx to the sums. */
    void dropoutGradient(
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
            int sumsOffset);
}
