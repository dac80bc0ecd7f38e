package dev.lanner.backend.cpu;

/** {@link SoftmaxLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarSoftmaxLoops implements SoftmaxLoops {
    @Override
    public void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[xOffset + i]);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            float exp = ScalarMath.exp(x[xOffset + i] - max);
            y[yOffset + i] = exp;
            sum += exp;
        }
        float scale = (float) (1 / sum);
        for (int i = 0; i < n; i++) {
            y[yOffset + i] *= scale;
        }
    }

    @Override
    public void softmaxGradient(int n, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) y[yOffset + i] * dy[dyOffset + i];
        }
        float mean = (float) sum;
        for (int i = 0; i < n; i++) {
            dx[dxOffset + i] = y[yOffset + i] * (dy[dyOffset + i] - mean);
        }
    }
}
