package dev.lanner.backend.cpu;

/**
 * The scalar twin of {@link SimdGemmTiles}: the sums stay in the row of C, and the loop over its columns is left to the compiler, which
 * makes vector code of it where it can. It multiplies and adds apart, because a fused multiply-add in software takes microseconds.
 */
final class ScalarGemmTiles implements GemmTiles {
    private static final int COLUMNS = 64;

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public int rows(int left) {
        return 1;
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
            for (int p = 0; p < panels; p++) {
                int from = bOffset + k * bDepth + p * COLUMNS;
                int to = offset + k * COLUMNS + p * panelStride;
                for (int j = 0; j < COLUMNS; j++) {
                    packed[to + j] = alpha * b[from + j];
                }
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
        if (!add) {
            for (int j = 0; j < COLUMNS; j++) {
                c[cOffset + j] = 0;
            }
        }
        for (int k = 0; k < depth; k++) {
            addScaled(a[aOffset + k * aDepth], b, bOffset + k * bDepth, c, cOffset);
        }
        return 0;
    }

    private static void addScaled(float factor, float[] b, int bOffset, float[] c, int cOffset) {
        for (int j = 0; j < COLUMNS; j++) {
            c[cOffset + j] += factor * b[bOffset + j];
        }
    }
}
