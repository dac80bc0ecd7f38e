package dev.lanner.backend.cpu;

/** One matrix product under way: the loops around the tiles. */
final class GemmProduct {
    private static final int PACKED = 0;
    private static final int EDGE = 1;
    private static final int LINE = 16;

    private final GemmTiles tiles;
    private final GemmBlocks blocks;
    private final int m;
    private final int n;
    private final int k;
    private final GemmLeft a;
    private final GemmRight b;
    private final GemmResult c;
    private final int width;

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
    }

    void run(WorkerPool pool) {
        int columnParts = WorkerPool.tasks(n, blocks.columns());
        int parts = WorkerPool.tasks(m, blocks.rows()) * columnParts;
        if (blocks.packing() != GemmBlocks.Packing.SHARED) {
            pool.run(parts, (part, scratch) -> block(part / columnParts, part % columnParts, null, scratch));
            return;
        }
        // One task, to have a work space for the packed operand; the runs in it are spread over the pool.
        pool.run(1, (one, shared) -> {
            int panels = WorkerPool.tasks(n, width);
            float[] packed = shared.floats(PACKED, panels * width * k);
            int grain = Math.max(1, 65536 / (width * k));
            pool.run(WorkerPool.tasks(panels, grain), (part, scratch) -> {
                int start = part * grain * width;
                int columns = Math.min(n - start, grain * width);
                b.pack(tiles, 0, k, start, columns, packed, start * k, width * k);
            });
            pool.run(parts, (part, scratch) -> block(part / columnParts, part % columnParts, packed, scratch));
        });
    }

    /** Computes one block of C. */
    private void block(int rowPart, int columnPart, float[] shared, Scratch scratch) {
        int rowStart = rowPart * blocks.rows();
        int rowEnd = Math.min(m, rowStart + blocks.rows());
        int columnStart = columnPart * blocks.columns();
        int columnEnd = Math.min(n, columnStart + blocks.columns());
        if (c.beta() != 0 && c.beta() != 1) {
            c.scale(rowStart, rowEnd, columnStart, columnEnd);
        }
        int columns = columnEnd - columnStart;
        for (int start = 0; start < k; start += blocks.depth()) {
            int depth = Math.min(k - start, blocks.depth());
            boolean add = start > 0 || c.beta() != 0;
            if (blocks.packing() == GemmBlocks.Packing.SHARED) {
                int from = columnStart * k + start * width;
                rows(
                        rowStart,
                        rowEnd,
                        columnStart,
                        columnEnd,
                        start,
                        depth,
                        shared,
                        from,
                        width * k,
                        width,
                        add,
                        scratch);
            } else if (blocks.packing() == GemmBlocks.Packing.NONE) {
                rows(
                        rowStart,
                        rowEnd,
                        columnStart,
                        columnEnd,
                        start,
                        depth,
                        b.values(),
                        b.at(start, columnStart),
                        width,
                        b.rowStride(),
                        add,
                        scratch);
            } else {
                float[] packed = scratch.floats(PACKED, WorkerPool.tasks(columns, width) * width * depth);
                b.pack(tiles, start, depth, columnStart, columns, packed, 0, width * depth);
                rows(
                        rowStart,
                        rowEnd,
                        columnStart,
                        columnEnd,
                        start,
                        depth,
                        packed,
                        0,
                        width * depth,
                        width,
                        add,
                        scratch);
            }
        }
    }

    private void rows(
            int rowStart,
            int rowEnd,
            int columnStart,
            int columnEnd,
            int start,
            int depth,
            float[] panels,
            int from,
            int panelStride,
            int panelDepth,
            boolean add,
            Scratch scratch) {
        int step;
        int touched = 0;
        int full = (columnEnd - columnStart) / width;
        int rest = columnEnd - columnStart - full * width;
        boolean whole = a.columnStride() == 1 && a.rowStride() == depth && AHEAD;
        for (int row = rowStart; row < rowEnd; row += step) {
            step = tiles.rows(rowEnd - row);
            int left = a.at(row, start);
            int aheadStep =
                    whole && row + 2 * step <= rowEnd && full > 0 ? Math.min(LINE, (step + full - 1) / full) : 0;
            int ahead = aheadStep == 0 ? left : left + step * depth;
            int aheadEnd = left + 2 * step * depth;
            int panel = from;
            int to = c.at(row, columnStart);
            for (int p = 0; p < full; p++) {
                if (ahead + depth * aheadStep > aheadEnd) {
                    aheadStep = 0;
                    ahead = left;
                }
                touched |= tiles.multiply(
                        step,
                        depth,
                        a.values(),
                        left,
                        a.rowStride(),
                        a.columnStride(),
                        panels,
                        panel,
                        panelDepth,
                        c.values(),
                        to,
                        c.rowStride(),
                        add,
                        ahead,
                        aheadStep);
                ahead += depth * aheadStep;
                panel += panelStride;
                to += width;
            }
            if (rest > 0) {
                float[] tile = scratch.floats(EDGE, step * width);
                for (int i = 0; add && i < step; i++) {
                    System.arraycopy(c.values(), to + i * c.rowStride(), tile, i * width, rest);
                }
                tiles.multiply(
                        step,
                        depth,
                        a.values(),
                        left,
                        a.rowStride(),
                        a.columnStride(),
                        panels,
                        panel,
                        panelDepth,
                        tile,
                        0,
                        width,
                        add,
                        left,
                        0);
                for (int i = 0; i < step; i++) {
                    System.arraycopy(tile, i * width, c.values(), to + i * c.rowStride(), rest);
                }
            }
        }
        scratch.ints(0, 1)[0] = touched;
    }

    static final boolean AHEAD = !Boolean.getBoolean("g.noahead");
}
