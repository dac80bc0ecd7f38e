package dev.lanner.backend.cpu;

/**
 * Single-precision matrix product {@code C = alpha A B + beta C}.
 *
 * <p>B is packed into panels as wide as the tiles; A is read in place, whatever its strides, since its elements are broadcast one by
 * one; tiles of C stay in registers over a block of the depth (Goto and van de Geijn, "Anatomy of High-Performance
 * Matrix Multiplication", 2008). Threads share out blocks of C; the depth is cut only where it is far larger than C ({@link GemmDeep}). How
 * is a function of the shape, so every element is a sum in one order, with the same bits for every number of threads.
 */
final class Gemm {
    /** The best tiles that this JVM can run. */
    static final GemmTiles TILES = SimdSupport.available() ? new SimdGemmTiles() : new ScalarGemmTiles();

    private Gemm() {}

    /**
     * Computes {@code C = alpha A B + beta C}. A transposed operand is one with its strides exchanged.
     *
     * @param pool threads to work with; a small product is computed by the caller alone
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B; if it is 0, the product is 0
     * @param alpha factor of the product; if it is 0, A and B are not read
     * @param a {@code [m, k]} from {@code aOffset} on, with any strides
     * @param b {@code [k, n]} from {@code bOffset} on, with any strides
     * @param beta factor of the former C; if it is 0, C is not read, so that a NaN in it does not matter
     * @param c {@code [m, n]} from {@code cOffset} on, its columns adjacent, its rows {@code cRowStride} apart; overlaps neither A nor B
     */
    static void gemm(
            WorkerPool pool,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] b,
            int bOffset,
            int bRowStride,
            int bColumnStride,
            float beta,
            float[] c,
            int cOffset,
            int cRowStride) {
        GemmLeft left = new GemmLeft(a, aOffset, aRowStride, aColumnStride);
        GemmRight right = new GemmRight(b, bOffset, bRowStride, bColumnStride, alpha);
        GemmResult result = new GemmResult(c, cOffset, cRowStride, beta);
        multiply(pool, TILES, m, n, k, left, right, result);
    }

    /** The same with tiles of the caller's choice. */
    static void multiply(WorkerPool pool, GemmTiles tiles, int m, int n, int k, GemmLeft a, GemmRight b, GemmResult c) {
        if (m == 0 || n == 0) {
            return;
        }
        int parts = GemmDeep.parts(m, n, k);
        if (parts > 1 && b.alpha() != 0) {
            GemmDeep.multiply(pool, tiles, parts, m, n, k, a, b, c);
        } else {
            shallow(pool, tiles, m, n, k, a, b, c);
        }
    }

    /** A product whose depth is not cut; C has at least one element. */
    static void shallow(WorkerPool pool, GemmTiles tiles, int m, int n, int k, GemmLeft a, GemmRight b, GemmResult c) {
        if (k == 0 || b.alpha() == 0) {
            c.scale(0, m, 0, n);
            return;
        }
        GemmBlocks blocks = GemmBlocks.of(m, n, k, b, tiles.columns());
        new GemmProduct(tiles, blocks, m, n, k, a, b, c).run(pool);
    }
}
