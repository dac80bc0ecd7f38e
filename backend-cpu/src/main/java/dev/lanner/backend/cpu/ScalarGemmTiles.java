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
        int k = 0;
        for (; k + 4 <= depth; k += 4) {
            int from = aOffset + k * aDepth;
            addFour(
                    a[from],
                    a[from + aDepth],
                    a[from + 2 * aDepth],
                    a[from + 3 * aDepth],
                    b,
                    bOffset + k * bDepth,
                    bDepth,
                    c,
                    cOffset);
        }
        for (; k < depth; k++) {
            addOne(a[aOffset + k * aDepth], b, bOffset + k * bDepth, c, cOffset);
        }
        return 0;
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
        multiply(rows, depth, a, aOffset, aRow, aDepth, b, bOffset, bDepth, c, cOffset, cRow, true, a, aOffset, 0);
    }

    /** Four steps of the depth, one after the other for each column, with one load and store of C. */
    private static void addFour(
            float a0, float a1, float a2, float a3, float[] b, int bOffset, int bDepth, float[] c, int cOffset) {
        int b1 = bOffset + bDepth;
        int b2 = b1 + bDepth;
        int b3 = b2 + bDepth;
        for (int j = 0; j < COLUMNS; j++) {
            c[cOffset + j] = c[cOffset + j] + a0 * b[bOffset + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
        }
    }

    private static void addOne(float factor, float[] b, int bOffset, float[] c, int cOffset) {
        for (int j = 0; j < COLUMNS; j++) {
            c[cOffset + j] += factor * b[bOffset + j];
        }
    }
}
