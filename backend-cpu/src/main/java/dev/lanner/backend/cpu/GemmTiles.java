package dev.lanner.backend.cpu;

/**
 * The inner loops of the matrix product: one tile of C, a few rows by {@link #columns()} columns, whose sums stay in registers over
 * the whole depth. {@link SimdGemmTiles} and {@link ScalarGemmTiles} are twins; what is around them is shared.
 */
interface GemmTiles {
    /** Columns of every tile and of a packed panel. */
    int columns();

    /**
     * Returns the rows of the next tile.
     *
     * @param left rows that are still to be done, at least 1
     * @return a number of rows that {@link #multiply} takes, at most {@code left}
     */
    int rows(int left);

    /**
     * Copies {@code alpha b} into panels of {@link #columns()} columns, each with its rows one behind the other. Rows are read whole, as
     * memory likes it.
     *
     * @param panels full panels
     * @param depth rows of {@code b}
     * @param bDepth distance between rows of {@code b}, whose columns are adjacent
     * @param panelStride distance between panels in {@code packed}
     */
    void pack(
            int panels,
            int depth,
            float[] b,
            int bOffset,
            int bDepth,
            float alpha,
            float[] packed,
            int offset,
            int panelStride);

    /**
     * {@code c = a b} or {@code c += a b} for one tile. Each element is one chain of additions in the order of the depth, begun with the
     * element of {@code c} if it is added to; it does not depend on the rows of the tile.
     *
     * <p>Java has no prefetch instruction, so each step of the depth also reads one element that a later tile needs: its cache line
     * then arrives behind the arithmetic of this tile.
     *
     * @param rows a number that {@link #rows} returned
     * @param depth columns of {@code a}, rows of {@code b}
     * @param aRow distance between rows of {@code a}
     * @param aDepth distance between columns of {@code a}
     * @param bDepth distance between rows of {@code b}, whose columns are adjacent
     * @param cRow distance between rows of {@code c}, whose columns are adjacent
     * @param add whether {@code c} is added to; if not, it is not read
     * @param ahead array to read ahead in
     * @param next index of the first element to read ahead
     * @param nextStep distance between the elements that are read ahead
     * @return a value without meaning, to be kept somewhere: it makes the compiler keep the reads ahead
     */
    int multiply(
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
            int nextStep);

    /**
     * {@code c += a b} for the first columns of one tile, to the bits of {@link #multiply}.
     *
     * @param rows a number that {@link #rows} returned
     * @param width columns that are needed, at most {@link #columns()}; those to the end of the tile may be computed too
     */
    void multiplyAdd(
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
            int cRow);
}
