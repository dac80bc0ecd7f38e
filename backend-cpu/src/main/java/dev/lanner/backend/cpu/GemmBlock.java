package dev.lanner.backend.cpu;

import dev.lanner.backend.cpu.GemmBlocks.Packing;
import java.util.Arrays;

/** One task of a matrix product: a block of C over the whole depth. */
final class GemmBlock {
    /** Work space for packed panels of B. */
    static final int PANELS = 0;

    private static final int LAST_PANEL = 1;
    private static final int TILE = 2;
    private static final int SINK = 0;

    private final GemmTiles tiles;
    private final Packing packing;
    private final int blockDepth;
    private final int k;
    private final GemmLeft a;
    private final GemmRight b;
    private final GemmResult c;
    private final int rowStart;
    private final int rowEnd;
    private final int columnStart;
    private final int columnEnd;
    private final int width;
    private final int fullPanels;
    private final Scratch scratch;
    private final GemmReadAhead ahead;

    /** Where the present step of the depth begins in A and B, and how long it is. */
    private int start;

    private int depth;
    private boolean add;

    /** Where tiles read B in that step. */
    private float[] panels;

    private int panelStart;
    private int panelStride;
    private int panelRow;

    /** What has been read ahead; without meaning. */
    private int touched;

    GemmBlock(GemmProduct product, int rowStart, int rowEnd, int columnStart, int columnEnd, Scratch scratch) {
        tiles = product.tiles();
        packing = product.blocks().packing();
        blockDepth = product.blocks().depth();
        k = product.k();
        a = product.a();
        b = product.b();
        c = product.c();
        this.rowStart = rowStart;
        this.rowEnd = rowEnd;
        this.columnStart = columnStart;
        this.columnEnd = columnEnd;
        this.scratch = scratch;
        width = tiles.columns();
        fullPanels = (columnEnd - columnStart) / width;
        int aheadColumns = packing == Packing.SHARED ? 0 : fullPanels * width;
        ahead = new GemmReadAhead(a, b, rowStart, rowEnd, columnStart, columnStart + aheadColumns);
    }

    /**
     * Computes the block.
     *
     * @param shared all of B, if the product's packing is {@link Packing#SHARED}
     */
    void run(GemmPanels shared) {
        if (c.beta() != 0 && c.beta() != 1) {
            c.scale(rowStart, rowEnd, columnStart, columnEnd);
        }
        for (start = 0; start < k; start += blockDepth) {
            depth = Math.min(k - start, blockDepth);
            add = start > 0 || c.beta() != 0;
            choosePanels(shared);
            ahead.step(start, depth, k);
            int row = rowStart;
            while (row < rowEnd) {
                int height = tiles.rows(rowEnd - row);
                multiplyRows(row, height);
                row += height;
            }
            if (columnStart + fullPanels * width < columnEnd) {
                multiplyLastPanel();
            }
        }
        // Without a reader, the compiler would drop the reads ahead.
        scratch.ints(SINK, 1)[0] = touched;
    }

    private void choosePanels(GemmPanels shared) {
        switch (packing) {
            case SHARED -> {
                panels = shared.values();
                panelStart = columnStart * k + start * width;
                panelStride = width * k;
                panelRow = width;
            }
            case OWN -> {
                panels = scratch.floats(PANELS, (fullPanels + 1) * width * depth);
                panelStart = 0;
                panelStride = width * depth;
                panelRow = width;
                b.pack(tiles, start, depth, columnStart, columnEnd - columnStart, panels, 0, panelStride);
            }
            case NONE -> {
                panels = b.values();
                panelStart = b.at(start, columnStart);
                panelStride = width;
                panelRow = b.rowStride();
            }
        }
    }

    private void multiplyRows(int row, int height) {
        for (int panel = 0; panel < fullPanels; panel++) {
            ahead.tile(row, height, panel, fullPanels);
            touched |= tiles.multiply(
                    height,
                    depth,
                    a.values(),
                    a.at(row, start),
                    a.rowStride(),
                    a.columnStride(),
                    panels,
                    panelStart + panel * panelStride,
                    panelRow,
                    c.values(),
                    c.at(row, columnStart + panel * width),
                    c.rowStride(),
                    add,
                    ahead.values(),
                    ahead.next(),
                    ahead.stride());
        }
    }

    /** Computes the columns of a partial panel in a tile of its own: what is behind them in C may be another's. */
    private void multiplyLastPanel() {
        int column = columnStart + fullPanels * width;
        int columns = columnEnd - column;
        float[] panel = panels;
        int from = panelStart + fullPanels * panelStride;
        if (packing == Packing.NONE) {
            panel = scratch.floats(LAST_PANEL, width * depth);
            from = 0;
            b.pack(tiles, start, depth, column, columns, panel, from, width * depth);
        }
        int row = rowStart;
        while (row < rowEnd) {
            int height = tiles.rows(rowEnd - row);
            multiplyLastTile(row, height, column, columns, panel, from);
            row += height;
        }
    }

    private void multiplyLastTile(int row, int height, int column, int columns, float[] panel, int from) {
        float[] tile = scratch.floats(TILE, height * width);
        int to = c.at(row, column);
        Arrays.fill(tile, 0, height * width, 0);
        for (int i = 0; add && i < height; i++) {
            System.arraycopy(c.values(), to + i * c.rowStride(), tile, i * width, columns);
        }
        tiles.multiplyAdd(
                height,
                depth,
                columns,
                a.values(),
                a.at(row, start),
                a.rowStride(),
                a.columnStride(),
                panel,
                from,
                width,
                tile,
                0,
                width);
        for (int i = 0; i < height; i++) {
            System.arraycopy(tile, i * width, c.values(), to + i * c.rowStride(), columns);
        }
    }
}
