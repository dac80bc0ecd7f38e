package dev.lanner.backend.cpu;

/**
 * The inner loops of softmax, one row at a time. {@link SimdSoftmaxLoops} and {@link ScalarSoftmaxLoops}
 * are twins. Rows have {@code n >= 1} adjacent elements from the offsets on; results overlap no operand.
 */
interface SoftmaxLoops {
    /** {@code y = exp(x - max(x)) / sum(exp(x - max(x)))}. */
    void softmax(int n, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code dx = y (dy - sum(y dy))} for y from {@link #softmax}. */
    void softmaxGradient(int n, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset);
}
