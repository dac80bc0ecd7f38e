package dev.lanner.backend.cpu;

/**
 * The inner loops of softmax and of bias with SiLU, one row at a time. {@link SimdActivationLoops} and {@link ScalarActivationLoops}
 * are twins. Rows have {@code n >= 1} adjacent elements from the offsets on; results overlap no operand.
 */
interface ActivationLoops {
    /** {@code y = exp(x - max(x)) / sum(exp(x - max(x)))}. */
    void softmax(int n, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code dx = y (dy - sum(y dy))} for y from {@link #softmax}. */
    void softmaxGradient(int n, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset);

    /** {@code y = silu(x + bias)}. */
    void biasSilu(int n, float[] x, int xOffset, float[] bias, int biasOffset, float[] y, int yOffset);

    /** {@code dx = dy s (1 + z (1 - s))} with {@code z = x + bias}, {@code s = sigmoid(z)}; adds dx to {@code dBias}. */
    void biasSiluGradient(
            int n,
            float[] x,
            int xOffset,
            float[] bias,
            int biasOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] dBias,
            int dBiasOffset);
}
