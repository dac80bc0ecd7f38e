package dev.lanner.backend.cpu;

/** {@link LinearLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarLinearLoops implements LinearLoops {
    @Override
    public void addBias(int rows, int n, float[] x, int xOffset, int xRow, float[] bias, int biasOffset) {
        for (int row = 0; row < rows; row++) {
            int at = xOffset + row * xRow;
            for (int i = 0; i < n; i++) {
                x[at + i] += bias[biasOffset + i];
            }
        }
    }

    @Override
    public void biasGradient(
            int rows,
            int n,
            float[] dy,
            int dyOffset,
            int dyRow,
            float[] dx,
            int dxOffset,
            int dxRow,
            float[] sums,
            int sumsOffset) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                float gradient = dy[dyOffset + row * dyRow + i];
                dx[dxOffset + row * dxRow + i] = gradient;
                sums[sumsOffset + i] += gradient;
            }
        }
    }

    @Override
    public void silu(
            int rows,
            int n,
            float[] x,
            int xOffset,
            int xRow,
            float[] bias,
            int biasOffset,
            float[] y,
            int yOffset,
            int yRow) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                y[yOffset + row * yRow + i] = ScalarMath.silu(x[xOffset + row * xRow + i] + bias[biasOffset + i]);
            }
        }
    }

    @Override
    public void siluGradient(
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
            int sumsOffset) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                float z = x[xOffset + row * xRow + i] + bias[biasOffset + i];
                float s = ScalarMath.sigmoid(z);
                float gradient = dy[dyOffset + row * dyRow + i] * s * (1 + z * (1 - s));
                dx[dxOffset + row * dxRow + i] = gradient;
                sums[sumsOffset + i] += gradient;
            }
        }
    }

    @Override
    public void dropoutAdd(
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
            int residualRow) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                int at = yOffset + row * yRow + i;
                float dropped = (y[at] + bias[biasOffset + i]) * mask[maskOffset + row * n + i];
                y[at] = dropped + residual[residualOffset + row * residualRow + i];
            }
        }
    }

    @Override
    public void dropoutGradient(
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
            int sumsOffset) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                float gradient = dy[dyOffset + row * dyRow + i] * mask[maskOffset + row * n + i];
                dx[dxOffset + row * dxRow + i] = gradient;
                sums[sumsOffset + i] += gradient;
            }
        }
    }
}
