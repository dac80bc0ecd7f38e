package dev.lanner.backend.cpu;

import java.util.Arrays;

/** The attention kernel's inner loops without the Vector API, for a JVM that was started without its module. */
final class ScalarAttentionTiles implements AttentionTiles {
    /** Nothing here is a vector: this is the padding of widths, and how many columns share a range of buckets. */
    private static final int LANES = 8;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void multiplyAdd(
            int rows,
            int depth,
            int width,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow) {
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < depth; k++) {
                float factor = a[aOffset + row * aRow + k * aDepth];
                int from = bOffset + k * bRow;
                int to = cOffset + row * cRow;
                for (int column = 0; column < width; column++) {
                    c[to + column] += factor * b[from + column];
                }
            }
        }
    }

    @Override
    public void columnProductsAdd(int depth, int width, float[] a, float[] b, float[] c) {
        for (int k = 0; k < depth; k++) {
            for (int column = 0; column < width; column++) {
                c[column] += a[k * width + column] * b[k * width + column];
            }
        }
    }

    @Override
    public void scaledAdd(
            int rows, int width, float[] factors, float[] b, int bOffset, int bRow, float[] c, int cOffset, int cRow) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                c[cOffset + row * cRow + column] += factors[row] * b[bOffset + row * bRow + column];
            }
        }
    }

    @Override
    public void transpose(
            int rows, int width, float[] source, int offset, int stride, float[] target, int to, int size) {
        transposed(rows, width, source, offset, stride, target, to, size);
    }

    /** {@link #transpose}, which the Vector API is of no help with where vectors are not of sixteen floats. */
    static void transposed(
            int rows, int width, float[] source, int offset, int stride, float[] target, int start, int size) {
        int row = 0;
        for (; row + 4 <= rows; row += 4) { // by fours: a store in each column of the target costs more than a load
            int from0 = offset + row * stride;
            int from1 = from0 + stride;
            int from2 = from1 + stride;
            int from3 = from2 + stride;
            for (int k = 0; k < width; k++) {
                int to = start + k * size + row;
                target[to] = source[from0 + k];
                target[to + 1] = source[from1 + k];
                target[to + 2] = source[from2 + k];
                target[to + 3] = source[from3 + k];
            }
        }
        for (; row < rows; row++) {
            int from = offset + row * stride;
            for (int k = 0; k < width; k++) {
                target[start + k * size + row] = source[from + k];
            }
        }
        for (int k = 0; rows < size && k < width; k++) {
            Arrays.fill(target, start + k * size + rows, start + (k + 1) * size, 0);
        }
    }

    @Override
    public boolean isFinite(int rows, int width, float[] source, int offset, int stride) {
        float sum = 0;
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < width; k++) {
                sum += 0 * source[offset + row * stride + k];
            }
        }
        return sum == 0;
    }

    @Override
    public void positionBias(int rows, int width, float[] reversed, int offset, float[] bias) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(reversed, offset - row, bias, row * SIZE, width);
        }
    }

    @Override
    public void addPositionGradient(int rows, int width, float[] gradients, float[] sums, int offset) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                sums[offset - row + column] += gradients[row * SIZE + column];
            }
        }
    }

    @Override
    public void positionAndTimeBias(
            int rows,
            int width,
            float[] reversed,
            int offset,
            int[] queries,
            int[] keys,
            int keyStride,
            int[] lowest,
            int[] highest,
            int[] boundaries,
            float[] table,
            float[] bias) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                int distance = Math.abs(queries[row] - keys[row * keyStride + column]);
                int group = row * (SIZE / LANES) + column / LANES;
                int bucket = bucket(distance, boundaries, lowest[group], highest[group]);
                bias[row * SIZE + column] = reversed[offset - row + column] + table[bucket];
            }
        }
    }

    @Override
    public void addTimeGradient(
            int rows,
            int width,
            int[] queries,
            int[] keys,
            int keyStride,
            int[] lowest,
            int[] highest,
            int[] boundaries,
            float[] gradients,
            float[] sums) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                int distance = Math.abs(queries[row] - keys[row * keyStride + column]);
                int group = row * (SIZE / LANES) + column / LANES;
                int bucket = bucket(distance, boundaries, lowest[group], highest[group]);
                sums[bucket * LANES + column % LANES] += gradients[row * SIZE + column];
            }
        }
    }

    @Override
    public void addTile(int rows, int width, float[] term, float[] sum) {
        for (int row = 0; row < rows; row++) {
            for (int at = row * SIZE; at < row * SIZE + width; at++) {
                sum[at] += term[at];
            }
        }
    }

    @Override
    public void silu(int rows, int width, int diagonal, float scale, float[] scores) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                int at = row * SIZE + column;
                float score = Math.max(scores[at], LEAST_SCORE);
                scores[at] = column > row + diagonal ? 0 : scale * score * ScalarMath.sigmoid(score);
            }
        }
    }

    @Override
    public void siluGradient(int rows, int width, int diagonal, float scale, float[] scores, float[] gradients) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                int at = row * SIZE + column;
                if (column > row + diagonal) {
                    scores[at] = 0;
                    gradients[at] = 0;
                    continue;
                }
                float score = Math.max(scores[at], LEAST_SCORE);
                float gate = ScalarMath.sigmoid(score);
                scores[at] = scale * score * gate;
                gradients[at] *= scale * gate * (1 + score * (1 - gate));
            }
        }
    }

    @Override
    public void softmax(
            int rows,
            int width,
            int diagonal,
            float factor,
            float[] scores,
            float[] largest,
            int at,
            float[] rescale,
            float[] sums) {
        for (int row = 0; row < rows; row++) {
            int visible = Math.min(width, row + diagonal + 1);
            float before = largest[at + row];
            float max = before;
            for (int column = 0; column < visible; column++) {
                max = Math.max(max, factor * scores[row * SIZE + column]);
            }
            float sum = 0;
            for (int column = 0; column < width; column++) {
                int index = row * SIZE + column;
                scores[index] = column < visible ? ScalarMath.exp(factor * scores[index] - max) : 0;
                sum += scores[index];
            }
            largest[at + row] = max;
            rescale[row] = before == max ? 1 : ScalarMath.exp(before - max);
            sums[row] = sum;
        }
    }

    @Override
    public void softmaxGradient(
            int rows,
            int width,
            int diagonal,
            float factor,
            float scale,
            float[] scores,
            float[] gradients,
            float[] largest,
            float[] inverses,
            float[] deltas,
            int at) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                int index = row * SIZE + column;
                if (column > row + diagonal) {
                    scores[index] = 0;
                    gradients[index] = 0;
                    continue;
                }
                float p = ScalarMath.exp(factor * scores[index] - largest[at + row]) * inverses[at + row];
                scores[index] = scale * p;
                gradients[index] = factor * p * (scale * gradients[index] - deltas[at + row]);
            }
        }
    }

    @Override
    public void scale(int width, float factor, float[] values, int offset) {
        for (int i = offset; i < offset + width; i++) {
            values[i] *= factor;
        }
    }

    private static int bucket(int distance, int[] boundaries, int lowest, int highest) {
        int bucket = lowest;
        while (bucket < highest && boundaries[bucket] <= distance) {
            bucket++;
        }
        return bucket;
    }
}
