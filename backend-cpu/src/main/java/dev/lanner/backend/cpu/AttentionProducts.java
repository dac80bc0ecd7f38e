package dev.lanner.backend.cpu;

/**
 * Products with a tile of scores that skip what causality hides, by register blocks; {@code diagonal} as in {@link AttentionTiles}.
 * Dense operands have their padded width as row stride.
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
     * @param out {@code [rows, width]} from {@code outOffset} on
     */
    static void rowsOfTile(
            AttentionTiles tiles,
            int rows,
            int columns,
            int diagonal,
            int width,
            float[] tile,
            float[] right,
            float[] out,
            int outOffset) {
        for (int row = 0; row < rows; row += BLOCK) {
            int block = Math.min(BLOCK, rows - row);
            int shared = Math.min(columns, row + diagonal + 1);
            int to = outOffset + row * width;
            tiles.multiplyAdd(block, shared, width, tile, row * SIZE, SIZE, 1, right, 0, width, out, to, width);
            for (int own = 1; own < block && shared + own <= columns; own++) {
                int from = (row + own) * SIZE + shared;
                to += width;
                tiles.multiplyAdd(1, own, width, tile, from, SIZE, 1, right, shared * width, width, out, to, width);
            }
        }
    }

    /**
     * {@code out += tile^T right}; the tile is 0 where it is not visible.
     *
     * @param columns columns of the tile, rows of {@code out}
     * @param right {@code [rows, width]} from {@code rightOffset} on
     * @param out {@code [columns, width]}
     */
    static void columnsOfTile(
            AttentionTiles tiles,
            int rows,
            int columns,
            int diagonal,
            int width,
            float[] tile,
            float[] right,
            int rightOffset,
            float[] out) {
        for (int column = 0; column < columns; column += BLOCK) {
            int block = Math.min(BLOCK, columns - column);
            int first = Math.max(0, column - diagonal);
            if (first < rows) {
                int from = first * SIZE + column;
                int start = rightOffset + first * width;
                tiles.multiplyAdd(
                        block,
                        rows - first,
                        width,
                        tile,
                        from,
                        1,
                        SIZE,
                        right,
                        start,
                        width,
                        out,
                        column * width,
                        width);
            }
        }
    }
}
