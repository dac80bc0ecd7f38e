package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The attention kernel's inner loops on the Vector API. */
final class SimdAttentionTiles implements AttentionTiles {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final VectorSpecies<Integer> I = Simd.I;
    private static final int LANES = F.length();
    private static final int GROUPS = SIZE / LANES;

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
        SimdProducts.multiplyAdd(rows, depth, width, a, aOffset, aRow, aDepth, b, bOffset, bRow, c, cOffset, cRow);
    }

    @Override
    public void columnProductsAdd(int depth, int width, float[] a, float[] b, float[] c) {
        for (int column = 0; column < width; column += LANES) {
            FloatVector sum = FloatVector.fromArray(F, c, column);
            for (int k = 0; k < depth; k++) {
                int at = k * width + column;
                sum = FloatVector.fromArray(F, a, at).fma(FloatVector.fromArray(F, b, at), sum);
            }
            sum.intoArray(c, column);
        }
    }

    @Override
    public void scaledAdd(
            int rows, int width, float[] factors, float[] b, int bOffset, int bRow, float[] c, int cOffset, int cRow) {
        for (int row = 0; row < rows; row++) {
            FloatVector factor = FloatVector.broadcast(F, factors[row]);
            int from = bOffset + row * bRow;
            int to = cOffset + row * cRow;
            for (int column = 0; column < width; column += LANES) {
                FloatVector sum = FloatVector.fromArray(F, c, to + column);
                factor.fma(FloatVector.fromArray(F, b, from + column), sum).intoArray(c, to + column);
            }
        }
    }

    @Override
    public void transpose(
            int rows, int width, float[] source, int offset, int stride, float[] target, int to, int size) {
        if (LANES == SimdTranspose.LANES && width % LANES == 0) {
            SimdTranspose.transpose(rows, width, source, offset, stride, target, to, size);
        } else {
            ScalarAttentionTiles.transposed(rows, width, source, offset, stride, target, to, size);
        }
    }

    @Override
    public boolean isFinite(int rows, int width, float[] source, int offset, int stride) {
        FloatVector sum = FloatVector.zero(F);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column += LANES) {
                sum = FloatVector.fromArray(F, source, offset + row * stride + column)
                        .fma(FloatVector.zero(F), sum);
            }
        }
        return sum.reduceLanes(VectorOperators.ADD) == 0;
    }

    @Override
    public void positionBias(int rows, int width, float[] reversed, int offset, float[] bias) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column += LANES) {
                FloatVector.fromArray(F, reversed, offset - row + column).intoArray(bias, row * SIZE + column);
            }
        }
    }

    @Override
    public void addPositionGradient(int rows, int width, float[] gradients, float[] sums, int offset) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column += LANES) {
                addTo(sums, offset - row + column, FloatVector.fromArray(F, gradients, row * SIZE + column));
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
            for (int column = 0; column < width; column += LANES) {
                int group = row * GROUPS + column / LANES;
                int bucket = lowest[group];
                FloatVector time = FloatVector.broadcast(F, table[bucket]);
                if (bucket < highest[group]) {
                    IntVector key = IntVector.fromArray(I, keys, row * keyStride + column);
                    IntVector distance =
                            IntVector.broadcast(I, queries[row]).sub(key).abs();
                    for (; bucket < highest[group]; bucket++) {
                        VectorMask<Float> beyond = distance.compare(VectorOperators.GE, boundaries[bucket])
                                .cast(F);
                        time = time.blend(table[bucket + 1], beyond);
                    }
                }
                FloatVector.fromArray(F, reversed, offset - row + column)
                        .add(time)
                        .intoArray(bias, row * SIZE + column);
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
            for (int column = 0; column < width; column += LANES) {
                int group = row * GROUPS + column / LANES;
                int bucket = lowest[group];
                FloatVector rest = FloatVector.fromArray(F, gradients, row * SIZE + column);
                if (bucket < highest[group]) {
                    IntVector key = IntVector.fromArray(I, keys, row * keyStride + column);
                    IntVector distance =
                            IntVector.broadcast(I, queries[row]).sub(key).abs();
                    for (; bucket < highest[group]; bucket++) {
                        VectorMask<Float> beyond = distance.compare(VectorOperators.GE, boundaries[bucket])
                                .cast(F);
                        addTo(sums, bucket * LANES, rest.blend(0, beyond));
                        rest = rest.blend(0, beyond.not());
                    }
                }
                addTo(sums, bucket * LANES, rest);
            }
        }
    }

    private static void addTo(float[] sums, int at, FloatVector term) {
        FloatVector.fromArray(F, sums, at).add(term).intoArray(sums, at);
    }

    @Override
    public void addTile(int rows, int width, float[] term, float[] sum) {
        for (int row = 0; row < rows; row++) {
            for (int at = row * SIZE; at < row * SIZE + width; at += LANES) {
                addTo(sum, at, FloatVector.fromArray(F, term, at));
            }
        }
    }

    @Override
    public void silu(int rows, int width, int diagonal, float scale, float[] scores) {
        for (int row = 0; row < rows; row++) {
            int visible = row + diagonal + 1;
            int start = row * SIZE;
            for (int column = 0; column < width; column += LANES) {
                int at = start + column;
                FloatVector score = FloatVector.fromArray(F, scores, at).max(LEAST_SCORE);
                FloatVector result = score.mul(VectorMath.sigmoid(score)).mul(scale);
                if (column + LANES > visible) {
                    result = FloatVector.zero(F).blend(result, F.indexInRange(column, visible));
                }
                result.intoArray(scores, at);
            }
        }
    }

    @Override
    public void siluGradient(int rows, int width, int diagonal, float scale, float[] scores, float[] gradients) {
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int row = 0; row < rows; row++) {
            int visible = row + diagonal + 1;
            int start = row * SIZE;
            for (int column = 0; column < width; column += LANES) {
                int at = start + column;
                FloatVector score = FloatVector.fromArray(F, scores, at).max(LEAST_SCORE);
                FloatVector gate = VectorMath.sigmoid(score);
                FloatVector result = score.mul(gate);
                FloatVector slope = gate.mul(score.fma(one.sub(gate), one));
                FloatVector gradient =
                        FloatVector.fromArray(F, gradients, at).mul(slope).mul(scale);
                result = result.mul(scale);
                if (column + LANES > visible) {
                    VectorMask<Float> seen = F.indexInRange(column, visible);
                    result = FloatVector.zero(F).blend(result, seen);
                    gradient = FloatVector.zero(F).blend(gradient, seen);
                }
                result.intoArray(scores, at);
                gradient.intoArray(gradients, at);
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
            float max = Math.max(before, largest(visible, factor, scores, row * SIZE));
            sums[row] = exponentials(width, visible, factor, max, scores, row * SIZE);
            largest[at + row] = max;
            rescale[row] = before == max ? 0 : before - max;
        }
        // SIZE is made of whole vectors; behind the rows is what was left there, and is not read.
        for (int row = 0; row < rows; row += LANES) {
            VectorMath.exp(FloatVector.fromArray(F, rescale, row)).intoArray(rescale, row);
        }
    }

    private static float largest(int visible, float factor, float[] scores, int start) {
        FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int column = 0; column < visible; column += LANES) {
            FloatVector score = FloatVector.fromArray(F, scores, start + column).mul(factor);
            if (column + LANES > visible) {
                score = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY).blend(score, F.indexInRange(column, visible));
            }
            most = most.max(score);
        }
        return most.reduceLanes(VectorOperators.MAX);
    }

    private static float exponentials(int width, int visible, float factor, float max, float[] scores, int start) {
        FloatVector sum = FloatVector.zero(F);
        for (int column = 0; column < width; column += LANES) {
            FloatVector exp = FloatVector.zero(F);
            if (column < visible) {
                exp = VectorMath.exp(FloatVector.fromArray(F, scores, start + column)
                        .mul(factor)
                        .sub(max));
                if (column + LANES > visible) {
                    exp = FloatVector.zero(F).blend(exp, F.indexInRange(column, visible));
                }
                sum = sum.add(exp);
            }
            exp.intoArray(scores, start + column);
        }
        return VectorSums.sum(sum);
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
            int visible = row + diagonal + 1;
            float max = largest[at + row];
            float inverse = inverses[at + row];
            float delta = deltas[at + row];
            for (int column = 0; column < width; column += LANES) {
                int index = row * SIZE + column;
                FloatVector p = VectorMath.exp(FloatVector.fromArray(F, scores, index)
                                .mul(factor)
                                .sub(max))
                        .mul(inverse);
                FloatVector gradient = FloatVector.fromArray(F, gradients, index)
                        .mul(scale)
                        .sub(delta)
                        .mul(p)
                        .mul(factor);
                FloatVector weight = p.mul(scale);
                if (column + LANES > visible) {
                    VectorMask<Float> seen = F.indexInRange(column, visible);
                    weight = FloatVector.zero(F).blend(weight, seen);
                    gradient = FloatVector.zero(F).blend(gradient, seen);
                }
                weight.intoArray(scores, index);
                gradient.intoArray(gradients, index);
            }
        }
    }

    @Override
    public void scale(int width, float factor, float[] values, int offset) {
        for (int i = offset; i < offset + width; i += LANES) {
            FloatVector.fromArray(F, values, i).mul(factor).intoArray(values, i);
        }
    }
}
