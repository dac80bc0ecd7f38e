package dev.lanner.backend.cpu;

/**
 * Products with a tile of scores that skip what causality hides, by register blocks; {@code diagonal} as in {@link AttentionTiles}.
 */
final class AttentionProducts {
    private static final int SIZE = AttentionTiles.SIZE;
    private static final int BLOCK = AttentionTiles.BLOCK;

    private AttentionProducts() {}

    /**
     * {@code tile += left transposed}, where it is visible.
     *
     * @param left {@code [rows, depth]} from {@code leftOffset} on, rows {@code leftStride} apart
     * @param transposed {@code [depth, SIZE]}
     */
    static void intoTile(
            AttentionTiles tiles,
            int rows,
            int depth,
            int diagonal,
            int width,
            float[] left,
            int leftOffset,
            int leftStride,
            float[] transposed,
            float[] tile) {
        for (int row = 0; row < rows; row += BLOCK) {
            int block = Math.min(BLOCK, rows - row);
            int seen = Math.min(width, AttentionPacking.padded(row + block + diagonal, tiles.lanes()));
            int from = leftOffset + row * leftStride;
            tiles.multiplyAdd(
                    block, depth, seen, left, from, leftStride, 1, transposed, 0, SIZE, tile, row * SIZE, SIZE);
        }
    }

    /**
     * {@code out += tile right}. A row is never multiplied with what it does not see, not even by 0: a later NaN stays later.
     *
     * @param columns columns of the tile, rows of {@code right}
     * @param right {@code [columns, width]}
     * @param out {@code [rows, width]} from {@code outRow} on
     */
    static void rowsOfTile(
            AttentionTiles tiles,
            int rows,
            int columns,
            int diagonal,
            int width,
            float[] tile,
            AttentionSlice right,
            AttentionSlice out,
            int outRow) {
        for (int row = 0; row < rows; row += BLOCK) {
            int block = Math.min(BLOCK, rows - row);
            int shared = Math.min(columns, row + diagonal + 1);
            multiplyAdd(tiles, block, shared, width, tile, row * SIZE, 1, right, 0, out, outRow + row);
            for (int own = 1; own < block && shared + own <= columns; own++) {
                int from = (row + own) * SIZE + shared;
                multiplyAdd(tiles, 1, own, width, tile, from, 1, right, shared, out, outRow + row + own);
            }
        }
    }

    /**
     * {@code out += tile^T right}; the tile is 0 where it is not visible.
     *
     * @param columns columns of the tile, rows of {@code out}
     * @param right {@code [rows, width]} from {@code rightRow} on
     * @param out {@code [columns, width]}
     */
    static void columnsOfTile(
            AttentionTiles tiles,
            int rows,
            int columns,
            int diagonal,
            int width,
            float[] tile,
            AttentionSlice right,
            int rightRow,
            AttentionSlice out) {
        for (int column = 0; column < columns; column += BLOCK) {
            int block = Math.min(BLOCK, columns - column);
            int first = Math.max(0, column - diagonal);
            if (first < rows) {
                int from = first * SIZE + column;
                multiplyAdd(tiles, block, rows - first, width, tile, from, SIZE, right, rightRow + first, out, column);
            }
        }
    }

    /**
     * Adds a product with a part of the tile.
     *
     * @param tileDepth distance in the tile between elements that meet different rows of {@code right}: 1, or {@link #SIZE} for
     *     its transposed
     */
    private static void multiplyAdd(
            AttentionTiles tiles,
            int rows,
            int depth,
            int width,
            float[] tile,
            int from,
            int tileDepth,
            AttentionSlice right,
            int rightRow,
            AttentionSlice out,
            int outRow) {
        tiles.multiplyAdd(
                rows,
                depth,
                width,
                tile,
                from,
                tileDepth == 1 ? SIZE : 1,
                tileDepth,
                right.values(),
                right.at(rightRow, 0),
                right.rowStride(),
                out.values(),
                out.at(outRow, 0),
                out.rowStride());
    }
}
