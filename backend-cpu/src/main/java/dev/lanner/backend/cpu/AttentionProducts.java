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
     * @param transposed {@code [depth, SIZE]} from {@code from} on
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
            int from,
            float[] tile) {
        for (int row = 0; row < rows; row += BLOCK) {
            int block = Math.min(BLOCK, rows - row);
            int seen = Math.min(width, AttentionPacking.padded(row + block + diagonal, tiles.lanes()));
            int at = leftOffset + row * leftStride;
            tiles.multiplyAdd(
                    block, depth, seen, left, at, leftStride, 1, transposed, from, SIZE, tile, row * SIZE, SIZE);
        }
    }

    /**
     * {@code out += tile right}. Where not all of {@code right} is finite, a row is never multiplied with what it does not see, not even
     * by 0: a later NaN stays later.
     *
     * @param columns columns of the tile, rows of {@code right}
     * @param isFinite whether all of {@code right} is finite; the tile is 0 then where it is not visible
     * @param right {@code [columns, width]} from {@code column} on
     * @param out {@code [rows, width]} from {@code outRow} and {@code column} on
     */
    static void rowsOfTile(
            AttentionTiles tiles,
            int rows,
            int columns,
            int diagonal,
            int width,
            float[] tile,
            boolean isFinite,
            AttentionSlice right,
            AttentionSlice out,
            int outRow,
            int column) {
        for (int row = 0; row < rows; row += BLOCK) {
            int block = Math.min(BLOCK, rows - row);
            int shared = Math.min(columns, row + diagonal + (isFinite ? block : 1));
            multiplyAdd(tiles, block, shared, width, tile, row * SIZE, 1, right, 0, out, outRow + row, column);
            for (int own = 1; !isFinite && own < block && shared + own <= columns; own++) {
                int from = (row + own) * SIZE + shared;
                multiplyAdd(tiles, 1, own, width, tile, from, 1, right, shared, out, outRow + row + own, column);
            }
        }
    }

    /**
     * {@code out += tile^T right}; the tile is 0 where it is not visible, and what is not finite in a row of {@code right} may reach up
     * to {@link AttentionTiles#BLOCK} - 1 columns that the row does not see.
     *
     * @param columns columns of the tile, rows of {@code out}
     * @param right {@code [rows, width]} from {@code rightRow} and {@code start} on
     * @param out {@code [columns, width]} from {@code start} on
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
            AttentionSlice out,
            int start) {
        for (int column = 0; column < columns; column += BLOCK) {
            int block = Math.min(BLOCK, columns - column);
            int first = Math.max(0, column - diagonal);
            if (first < rows) {
                int from = first * SIZE + column;
                int fromRow = rightRow + first;
                multiplyAdd(tiles, block, rows - first, width, tile, from, SIZE, right, fromRow, out, column, start);
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
            int outRow,
            int column) {
        tiles.multiplyAdd(
                rows,
                depth,
                width,
                tile,
                from,
                tileDepth == 1 ? SIZE : 1,
                tileDepth,
                right.values(),
                right.at(rightRow, column),
                right.rowStride(),
                out.values(),
                out.at(outRow, column),
                out.rowStride());
    }
}
