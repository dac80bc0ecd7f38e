package dev.lanner.backend.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link LossLoops} on the Vector API, for vectors of 4 to 16 lanes. */
final class SimdLossLoops implements LossLoops {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;
    private static final VectorMask<Float> FIRST_FOUR = F.indexInRange(0, 4);

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public float dot(int width, float[] a, int aOffset, float[] b, int bOffset) {
        FloatVector sums = FloatVector.zero(F);
        for (int j = 0; j < width; j += LANES) {
            sums = FloatVector.fromArray(F, a, aOffset + j).fma(FloatVector.fromArray(F, b, bOffset + j), sums);
        }
        return VectorSums.sum(sums);
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
        for (int j = 0; j < width; j += LANES) {
            FloatVector second = FloatVector.fromArray(F, b, bOffset + j).mul(beta);
            FloatVector.fromArray(F, a, aOffset + j)
                    .fma(FloatVector.broadcast(F, alpha), second)
                    .intoArray(out, outOffset + j);
        }
    }

    @Override
    public void logits(int count, int width, float[] h, float[] table, int tableOffset, int[] items, float[] logits) {
        int column = 0;
        for (; column + 4 * LANES <= width; column += 4 * LANES) {
            fourColumns(count, width, column, h, table, tableOffset + column, items, logits);
        }
        for (; column < width; column += LANES) {
            oneColumn(count, width, column, h, table, tableOffset + column, items, logits);
        }
        if (width == 0) {
            Arrays.fill(logits, 0, count, 0);
        }
    }

    /** The part of four vectors of columns, which stay in registers; of four items, whose loads overlap, at a time. */
    private static void fourColumns(
            int count, int width, int column, float[] h, float[] table, int tableOffset, int[] items, float[] logits) {
        FloatVector h0 = FloatVector.fromArray(F, h, column);
        FloatVector h1 = FloatVector.fromArray(F, h, column + LANES);
        FloatVector h2 = FloatVector.fromArray(F, h, column + 2 * LANES);
        FloatVector h3 = FloatVector.fromArray(F, h, column + 3 * LANES);
        for (int i = 0; i < count; i += 4) {
            FloatVector a = product(h0, h1, h2, h3, table, tableOffset + items[i] * width);
            FloatVector b = product(h0, h1, h2, h3, table, tableOffset + items[i + 1] * width);
            FloatVector c = product(h0, h1, h2, h3, table, tableOffset + items[i + 2] * width);
            FloatVector d = product(h0, h1, h2, h3, table, tableOffset + items[i + 3] * width);
            store(FourSums.of(a, b, c, d), column, logits, i);
        }
    }

    private static FloatVector product(
            FloatVector h0, FloatVector h1, FloatVector h2, FloatVector h3, float[] table, int row) {
        FloatVector sum = h0.mul(FloatVector.fromArray(F, table, row));
        sum = h1.fma(FloatVector.fromArray(F, table, row + LANES), sum);
        sum = h2.fma(FloatVector.fromArray(F, table, row + 2 * LANES), sum);
        return h3.fma(FloatVector.fromArray(F, table, row + 3 * LANES), sum);
    }

    private static void oneColumn(
            int count, int width, int column, float[] h, float[] table, int tableOffset, int[] items, float[] logits) {
        FloatVector state = FloatVector.fromArray(F, h, column);
        for (int i = 0; i < count; i += 4) {
            FloatVector a = state.mul(FloatVector.fromArray(F, table, tableOffset + items[i] * width));
            FloatVector b = state.mul(FloatVector.fromArray(F, table, tableOffset + items[i + 1] * width));
            FloatVector c = state.mul(FloatVector.fromArray(F, table, tableOffset + items[i + 2] * width));
            FloatVector d = state.mul(FloatVector.fromArray(F, table, tableOffset + items[i + 3] * width));
            store(FourSums.of(a, b, c, d), column, logits, i);
        }
    }

    /** Sets four logits by the first columns, and adds to them by the others. What lies behind the four is written later. */
    private static void store(FloatVector sums, int column, float[] logits, int at) {
        FloatVector total =
                column == 0 ? sums : FloatVector.fromArray(F, logits, at).add(sums, FIRST_FOUR);
        total.intoArray(logits, at);
    }

    @Override
    public double crossEntropy(int count, int[] items, float[] logits) {
        int target = items[0];
        float targetLogit = logits[0];
        FloatVector largest = FloatVector.broadcast(F, targetLogit);
        for (int i = 0; i < count; i += LANES) {
            FloatVector others = others(items, target, logits, i);
            others.intoArray(logits, i);
            largest = largest.max(others);
        }
        float max = largest.reduceLanes(VectorOperators.MAX);
        FloatVector sums = FloatVector.zero(F);
        for (int i = 0; i < count; i += LANES) {
            FloatVector exp = VectorMath.exp(FloatVector.fromArray(F, logits, i).sub(max));
            exp.intoArray(logits, i);
            sums = sums.add(exp);
        }
        double others = VectorSums.sum(sums);
        double sum = Math.exp((double) targetLogit - max) + others;
        float scale = (float) (1 / sum);
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(F, logits, i).mul(scale).intoArray(logits, i);
        }
        logits[0] = (float) (-others / sum);
        return Math.log(sum) + max - targetLogit;
    }

    /** The logits of items other than the target; minus infinity for the target and for what pads the list. */
    private static FloatVector others(int[] items, int target, float[] logits, int at) {
        return FloatVector.fromArray(F, logits, at)
                .blend(
                        Float.NEGATIVE_INFINITY,
                        IntVector.fromArray(Simd.I, items, at)
                                .compare(VectorOperators.EQ, target)
                                .cast(F));
    }

    /** Sums of four vectors of columns at a time stay in registers over all items. */
    @Override
    public void weightedSum(
            int count, int width, float[] coefficients, int[] items, float[] table, int tableOffset, float[] out) {
        int column = 0;
        for (; column + 4 * LANES <= width; column += 4 * LANES) {
            FloatVector sum0 = FloatVector.zero(F);
            FloatVector sum1 = FloatVector.zero(F);
            FloatVector sum2 = FloatVector.zero(F);
            FloatVector sum3 = FloatVector.zero(F);
            for (int i = count - 1; i >= 0; i--) {
                FloatVector coefficient = FloatVector.broadcast(F, coefficients[i]);
                int row = tableOffset + items[i] * width + column;
                sum0 = FloatVector.fromArray(F, table, row).fma(coefficient, sum0);
                sum1 = FloatVector.fromArray(F, table, row + LANES).fma(coefficient, sum1);
                sum2 = FloatVector.fromArray(F, table, row + 2 * LANES).fma(coefficient, sum2);
                sum3 = FloatVector.fromArray(F, table, row + 3 * LANES).fma(coefficient, sum3);
            }
            sum0.intoArray(out, column);
            sum1.intoArray(out, column + LANES);
            sum2.intoArray(out, column + 2 * LANES);
            sum3.intoArray(out, column + 3 * LANES);
        }
        for (; column < width; column += LANES) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = count - 1; i >= 0; i--) {
                FloatVector coefficient = FloatVector.broadcast(F, coefficients[i]);
                sum = FloatVector.fromArray(F, table, tableOffset + items[i] * width + column)
                        .fma(coefficient, sum);
            }
            sum.intoArray(out, column);
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
        for (int column = 0; column < BLOCK; column += 2 * LANES) {
            // In registers, since the compiler must assume that storing the sums could change the state.
            FloatVector left = FloatVector.fromArray(F, h, column);
            FloatVector right = FloatVector.fromArray(F, h, column + LANES);
            for (int i = 0; i < count; i++) {
                FloatVector coefficient = FloatVector.broadcast(F, coefficients[coefficientsOffset + i]);
                int at = sumsOffset + items[itemsOffset + i] * BLOCK + column;
                left.fma(coefficient, FloatVector.fromArray(F, sums, at)).intoArray(sums, at);
                right.fma(coefficient, FloatVector.fromArray(F, sums, at + LANES))
                        .intoArray(sums, at + LANES);
            }
        }
    }
}
