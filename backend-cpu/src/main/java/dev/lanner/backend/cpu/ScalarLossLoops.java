package dev.lanner.backend.cpu;

/** {@link LossLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarLossLoops implements LossLoops {
    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public float dot(int width, float[] a, int aOffset, float[] b, int bOffset) {
        // Four chains instead of one: an addition waits for the one before.
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i + 3 < width; i += 4) {
            sum0 += a[aOffset + i] * b[bOffset + i];
            sum1 += a[aOffset + i + 1] * b[bOffset + i + 1];
            sum2 += a[aOffset + i + 2] * b[bOffset + i + 2];
            sum3 += a[aOffset + i + 3] * b[bOffset + i + 3];
        }
        for (; i < width; i++) {
            sum0 += a[aOffset + i] * b[bOffset + i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    @Override
    public void combine(
            int width,
            float alpha,
            float[] a,
            int aOffset,
            float beta,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset) {
        for (int i = 0; i < width; i++) {
            out[outOffset + i] = alpha * a[aOffset + i] + beta * b[bOffset + i];
        }
    }

    @Override
    public void logits(int count, int width, float[] h, float[] table, int tableOffset, int[] items, float[] logits) {
        for (int i = 0; i < count; i++) {
            logits[i] = dot(width, h, 0, table, tableOffset + items[i] * width);
        }
    }

    @Override
    public double crossEntropy(int count, int[] items, float[] logits) {
        int target = items[0];
        float targetLogit = logits[0];
        float max = targetLogit;
        for (int i = 1; i < count; i++) {
            if (items[i] != target) {
                max = Math.max(max, logits[i]);
            }
        }
        double others = 0;
        for (int i = 1; i < count; i++) {
            float exp = items[i] == target ? 0 : ScalarMath.exp(logits[i] - max);
            logits[i] = exp;
            others += exp;
        }
        double sum = Math.exp((double) targetLogit - max) + others;
        logits[0] = (float) (-others / sum);
        float scale = (float) (1 / sum);
        for (int i = 1; i < count; i++) {
            logits[i] *= scale;
        }
        return Math.log(sum) + max - targetLogit;
    }

    @Override
    public void weightedSum(
            int count, int width, float[] coefficients, int[] items, float[] table, int tableOffset, float[] out) {
        for (int j = 0; j < width; j++) {
            out[j] = 0;
        }
        for (int i = count - 1; i >= 0; i--) {
            float coefficient = coefficients[i];
            int row = tableOffset + items[i] * width;
            for (int j = 0; j < width; j++) {
                out[j] += coefficient * table[row + j];
            }
        }
    }

    @Override
    public void scatter(
            int count,
            float[] coefficients,
            int coefficientsOffset,
            int[] items,
            int itemsOffset,
            float[] h,
            float[] sums,
            int sumsOffset) {
        for (int i = 0; i < count; i++) {
            float coefficient = coefficients[coefficientsOffset + i];
            int row = sumsOffset + items[itemsOffset + i] * BLOCK;
            for (int j = 0; j < BLOCK; j++) {
                sums[row + j] += coefficient * h[j];
            }
        }
    }
}
