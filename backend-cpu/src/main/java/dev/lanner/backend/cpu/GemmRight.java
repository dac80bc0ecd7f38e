package dev.lanner.backend.cpu;

import java.util.Arrays;

/** The right operand of a product, {@code [k, n]} from {@code offset} on, with any strides, and the product's factor alpha. */
record GemmRight(float[] values, int offset, int rowStride, int columnStride, float alpha) {
    /** Returns the index of an element. */
    int at(int row, int column) {
        return offset + row * rowStride + column * columnStride;
    }

    /** The operand from a row on. */
    GemmRight from(int row) {
        return new GemmRight(values, at(row, 0), rowStride, columnStride, alpha);
    }

    /** Returns whether tiles can read the operand in place. */
    boolean readable() {
        return columnStride == 1 && alpha == 1;
    }

    /**
     * Copies a block, times alpha, into panels as wide as the tiles. Columns past the end are zeros.
     *
     * @param rowStart first row of the block
     * @param depth rows of the block
     * @param columnStart first column of the block
     * @param columns columns of the block
     * @param packed receives the panels
     * @param to index of the first panel
     * @param panelStride distance between panels
     */
    void pack(
            GemmTiles tiles,
            int rowStart,
            int depth,
            int columnStart,
            int columns,
            float[] packed,
            int to,
            int panelStride) {
        int width = tiles.columns();
        int full = columnStride == 1 ? columns / width : 0;
        tiles.pack(full, depth, values, at(rowStart, columnStart), rowStride, alpha, packed, to, panelStride);
        int panel = to + full * panelStride;
        for (int column = full * width; column < columns; column += width, panel += panelStride) {
            int filled = Math.min(width, columns - column);
            packPanel(width, filled, depth, at(rowStart, columnStart + column), packed, panel);
        }
    }

    private void packPanel(int width, int filled, int depth, int from, float[] packed, int to) {
        int j = 0;
        if (columnStride == 1) {
            for (int k = 0; k < depth; k++) {
                packRow(filled, from + k * rowStride, packed, to + k * width);
            }
            j = filled;
        }
        // Four columns at a time: their stores share a cache line.
        for (; j + 4 <= filled; j += 4) {
            packFour(width, depth, from + j * columnStride, packed, to + j);
        }
        for (; j < filled; j++) {
            for (int k = 0; k < depth; k++) {
                packed[to + k * width + j] = alpha * values[from + j * columnStride + k * rowStride];
            }
        }
        for (int k = 0; k < depth && filled < width; k++) {
            Arrays.fill(packed, to + k * width + filled, to + (k + 1) * width, 0);
        }
    }

    private void packRow(int filled, int from, float[] packed, int to) {
        for (int j = 0; j < filled; j++) {
            packed[to + j] = alpha * values[from + j];
        }
    }

    private void packFour(int width, int depth, int from, float[] packed, int to) {
        int second = from + columnStride;
        int third = second + columnStride;
        int fourth = third + columnStride;
        for (int k = 0; k < depth; k++) {
            int row = k * rowStride;
            packed[to] = alpha * values[from + row];
            packed[to + 1] = alpha * values[second + row];
            packed[to + 2] = alpha * values[third + row];
            packed[to + 3] = alpha * values[fourth + row];
            to += width;
        }
    }
}
