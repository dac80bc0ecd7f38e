package dev.lanner.backend.cpu;

import dev.lanner.backend.cpu.GemmBlocks.Packing;

/** One matrix product under way: the loops around the tiles. */
final class GemmProduct {
    /** Elements of B that one task packs. */
    private static final int PACKING_GRAIN = 1 << 16;

    /** Floats of a cache line: reading one of them ahead brings all. */
    private static final int LINE = 16;

    /** Slots of the work space. */
    private static final int PANELS = 0;

    private static final int LAST_PANEL = 1;
    private static final int TILE = 2;

    private final GemmTiles tiles;
    private final GemmBlocks blocks;
    private final int m;
    private final int n;
    private final int k;
    private final GemmLeft a;
    private final GemmRight b;
    private final GemmResult c;
    private final int width;
    private final int columnParts;

    GemmProduct(GemmTiles tiles, GemmBlocks blocks, int m, int n, int k, GemmLeft a, GemmRight b, GemmResult c) {
        this.tiles = tiles;
        this.blocks = blocks;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.b = b;
        this.c = c;
        width = tiles.columns();
        columnParts = WorkerPool.tasks(n, blocks.columns());
    }

    /** Computes the product. */
    void run(WorkerPool pool) {
        int parts = WorkerPool.tasks(m, blocks.rows()) * columnParts;
        if (blocks.packing() != Packing.SHARED) {
            pool.run(parts, (part, scratch) -> block(part, null, scratch));
            return;
        }
        // A lone task has a work space for the panels and leaves the pool to the two runs in it.
        pool.run(1, (lone, scratch) -> {
            float[] panels = scratch.floats(PANELS, WorkerPool.tasks(n, width) * width * k);
            pack(pool, panels);
            pool.run(parts, (part, own) -> block(part, panels, own));
        });
    }

    private void pack(WorkerPool pool, float[] panels) {
        int grain = Math.max(1, PACKING_GRAIN / (width * k)) * width;
        pool.run(WorkerPool.tasks(n, grain), (part, scratch) -> {
            int column = part * grain;
            b.pack(tiles, 0, k, column, Math.min(n - column, grain), panels, column * k, width * k);
        });
    }

    /** Computes one block of C over the whole depth. */
    private void block(int part, float[] shared, Scratch scratch) {
        int rowStart = part / columnParts * blocks.rows();
        int rowEnd = Math.min(m, rowStart + blocks.rows());
        int columnStart = part % columnParts * blocks.columns();
        int columns = Math.min(n - columnStart, blocks.columns());
        if (c.beta() != 0 && c.beta() != 1) {
            c.scale(rowStart, rowEnd, columnStart, columnStart + columns);
        }
        int full = columns / width;
        int rest = columns - full * width;
        for (int start = 0; start < k; start += blocks.depth()) {
            int depth = Math.min(k - start, blocks.depth());
            boolean add = start > 0 || c.beta() != 0;
            float[] panels = shared;
            int from = columnStart * k + start * width;
            int panelStride = width * k;
            int rowStride = width;
            if (blocks.packing() == Packing.OWN) {
                panels = scratch.floats(PANELS, (full + 1) * width * depth);
                from = 0;
                panelStride = width * depth;
                b.pack(tiles, start, depth, columnStart, columns, panels, from, panelStride);
            } else if (blocks.packing() == Packing.NONE) {
                panels = b.values();
                from = b.at(start, columnStart);
                panelStride = width;
                rowStride = b.rowStride();
            }
            if (full > 0) {
                wholePanels(
                        rowStart,
                        rowEnd,
                        columnStart,
                        full,
                        start,
                        depth,
                        panels,
                        from,
                        panelStride,
                        rowStride,
                        add,
                        scratch);
            }
            if (rest > 0) {
                int column = columnStart + full * width;
                int last = from + full * panelStride;
                if (blocks.packing() == Packing.NONE) {
                    panels = scratch.floats(LAST_PANEL, width * depth);
                    last = 0;
                    b.pack(tiles, start, depth, column, rest, panels, last, width * depth);
                }
                lastPanel(rowStart, rowEnd, column, rest, start, depth, panels, last, add, scratch);
            }
        }
    }

    private void wholePanels(
            int rowStart,
            int rowEnd,
            int columnStart,
            int count,
            int start,
            int depth,
            float[] panels,
            int from,
            int panelStride,
            int rowStride,
            boolean add,
            Scratch scratch) {
        boolean adjacentRows = a.columnStride() == 1 && a.rowStride() == depth;
        int bLines =
                !adjacentRows && b.columnStride() == 1 && k - start >= 2 * depth && AHEAD ? count * width / LINE : 0;
        int aLines =
                !adjacentRows && a.rowStride() == 1 && k - start >= 2 * depth && AHEAD ? (rowEnd - rowStart) / LINE : 0;
        int tile = 0;
        int touched = 0;
        int height;
        for (int row = rowStart; row < rowEnd; row += height) {
            height = tiles.rows(rowEnd - row);
            int left = a.at(row, start);
            // The tiles of these rows together read the next rows ahead, each an equal part of them.
            boolean ahead = adjacentRows && row + 2 * height <= rowEnd;
            int step = Math.min(LINE, WorkerPool.tasks(height, count));
            int readers = ahead ? height / step : 0;
            for (int panel = 0; panel < count; panel++, tile++) {
                float[] aheadIn = a.values();
                int next = left;
                int nextStep = 0;
                if (panel < readers) {
                    next = left + (height + panel * step) * depth;
                    nextStep = step;
                } else if (tile < bLines) {
                    aheadIn = b.values();
                    next = b.at(start + depth, columnStart + tile * LINE);
                    nextStep = b.rowStride();
                } else if (tile < bLines + aLines) {
                    next = a.at(rowStart + (tile - bLines) * LINE, start + depth);
                    nextStep = a.columnStride();
                }
                touched |= tiles.multiply(
                        height,
                        depth,
                        a.values(),
                        left,
                        a.rowStride(),
                        a.columnStride(),
                        panels,
                        from + panel * panelStride,
                        rowStride,
                        c.values(),
                        c.at(row, columnStart + panel * width),
                        c.rowStride(),
                        add,
                        aheadIn,
                        next,
                        nextStep);
            }
        }
        scratch.ints(0, 1)[0] = touched;
    }

    static final boolean AHEAD = !Boolean.getBoolean("g.noahead");

    /** Computes the columns of a partial panel in a tile of their own: what is behind them in C may be another's. */
    private void lastPanel(
            int rowStart,
            int rowEnd,
            int column,
            int columns,
            int start,
            int depth,
            float[] panels,
            int from,
            boolean add,
            Scratch scratch) {
        int touched = 0;
        int height;
        for (int row = rowStart; row < rowEnd; row += height) {
            height = tiles.rows(rowEnd - row);
            float[] tile = scratch.floats(TILE, height * width);
            int left = a.at(row, start);
            int to = c.at(row, column);
            for (int i = 0; add && i < height; i++) {
                System.arraycopy(c.values(), to + i * c.rowStride(), tile, i * width, columns);
            }
            touched |= tiles.multiply(
                    height,
                    depth,
                    a.values(),
                    left,
                    a.rowStride(),
                    a.columnStride(),
                    panels,
                    from,
                    width,
                    tile,
                    0,
                    width,
                    add,
                    a.values(),
                    left,
                    0);
            for (int i = 0; i < height; i++) {
                System.arraycopy(tile, i * width, c.values(), to + i * c.rowStride(), columns);
            }
        }
        scratch.ints(0, 1)[0] = touched;
    }
}
