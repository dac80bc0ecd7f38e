package dev.lanner.backend.cpu;

/** {@link ActivationLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarActivationLoops implements ActivationLoops {
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

    @Override
    public void biasSilu(int n, float[] x, int xOffset, float[] bias, int biasOffset, float[] y, int yOffset) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = ScalarMath.silu(x[xOffset + i] + bias[biasOffset + i]);
        }
    }

    @Override
    public void biasSiluGradient(
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
            int dBiasOffset) {
        for (int i = 0; i < n; i++) {
            float z = x[xOffset + i] + bias[biasOffset + i];
            float s = ScalarMath.sigmoid(z);
            float gradient = dy[dyOffset + i] * s * (1 + z * (1 - s));
            dx[dxOffset + i] = gradient;
            dBias[dBiasOffset + i] += gradient;
        }
    }
}
