package dev.lanner.backend.cpu;

import dev.lanner.backend.cpu.GemmBlocks.Packing;

/**
 * One matrix product under way: what its tasks share.
 *
 * @param m rows of A and C
 * @param n columns of B and C
 * @param k columns of A, rows of B
 */
record GemmProduct(GemmTiles tiles, GemmBlocks blocks, int m, int n, int k, GemmLeft a, GemmRight b, GemmResult c) {
    /** Computes the product. */
    void run(WorkerPool pool) {
        if (blocks.packing() != Packing.SHARED) {
            run(pool, null);
            return;
        }
        // A lone task has a work space for the panels and leaves the pool to the two runs in it.
        pool.run(1, (lone, scratch) -> {
            float[] buffer = scratch.floats(GemmBlock.PANELS, GemmPanels.size(tiles, k, n));
            run(pool, GemmPanels.pack(pool, tiles, b, k, n, buffer));
        });
    }

    /**
     * Computes the product with a right operand that is packed already.
     *
     * @param panels all of B, null if the packing is not {@link Packing#SHARED}
     */
    void run(WorkerPool pool, GemmPanels panels) {
        run(pool, panels, 0, m);
    }

    /** Computes the rows from {@code first} to {@code end - 1} in this way. */
    void run(WorkerPool pool, GemmPanels panels, int first, int end) {
        int columnParts = WorkerPool.tasks(n, blocks.columns());
        int parts = WorkerPool.tasks(end - first, blocks.rows()) * columnParts;
        pool.run(parts, (part, scratch) -> {
            int row = first + part / columnParts * blocks.rows();
            int column = part % columnParts * blocks.columns();
            int rowEnd = Math.min(end, row + blocks.rows());
            new GemmBlock(this, row, rowEnd, column, Math.min(n, column + blocks.columns()), scratch).run(panels);
        });
    }

    /** Computes the product on this thread, in blocks of all rows: for products that are a part of a task themselves. */
    void runAlone(GemmPanels panels, Scratch scratch) {
        runAlone(panels, 0, m, scratch);
    }

    /** Computes the rows from {@code first} to {@code end - 1} in this way. */
    void runAlone(GemmPanels panels, int first, int end, Scratch scratch) {
        for (int column = 0; column < n; column += GemmBlocks.COLUMNS) {
            new GemmBlock(this, first, end, column, Math.min(n, column + GemmBlocks.COLUMNS), scratch).run(panels);
        }
    }
}
