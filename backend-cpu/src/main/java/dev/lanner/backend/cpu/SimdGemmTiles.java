package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of the matrix product on the Vector API: {@link SimdProducts} of six rows, and of one where six are not left. */
final class SimdGemmTiles implements GemmTiles {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;
    private static final int WIDTH = SimdProducts.WIDEST * LANES;

    @Override
    public int columns() {
        return WIDTH;
    }

    @Override
    public int rows(int left) {
        return left >= SimdProducts.ROWS ? SimdProducts.ROWS : 1;
    }

    @Override
    public void pack(
            int panels,
            int depth,
            float[] b,
            int bOffset,
            int bDepth,
            float alpha,
            float[] packed,
            int offset,
            int panelStride) {
        for (int k = 0; k < depth; k++) {
            int from = bOffset + k * bDepth;
            int to = offset + k * WIDTH;
            for (int p = 0; p < panels; p++) {
                for (int j = 0; j < WIDTH; j += LANES) {
                    FloatVector.fromArray(F, b, from + j).mul(alpha).intoArray(packed, to + j);
                }
                from += WIDTH;
                to += panelStride;
            }
        }
    }

    @Override
    public int multiply(
            int rows,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bDepth,
            float[] c,
            int cOffset,
            int cRow,
            boolean add,
            float[] ahead,
            int next,
            int nextStep) {
        if (rows == 1) {
            SimdProducts.oneRow(depth, WIDTH, a, aOffset, aDepth, b, bOffset, bDepth, c, cOffset, add);
            return 0;
        }
        return SimdProducts.WIDEST == 4
                ? SimdProducts.sixByFour(
                        depth, a, aOffset, aRow, aDepth, b, bOffset, bDepth, c, cOffset, cRow, add, ahead, next,
                        nextStep)
                : SimdProducts.sixByTwo(
                        depth, a, aOffset, aRow, aDepth, b, bOffset, bDepth, c, cOffset, cRow, add, ahead, next,
                        nextStep);
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
            int bDepth,
            float[] c,
            int cOffset,
            int cRow) {
        int whole = (width + LANES - 1) / LANES * LANES;
        SimdProducts.multiplyAdd(rows, depth, whole, a, aOffset, aRow, aDepth, b, bOffset, bDepth, c, cOffset, cRow);
    }
}
