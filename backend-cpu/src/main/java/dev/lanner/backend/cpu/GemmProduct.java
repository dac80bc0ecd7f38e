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
    /** Elements of B that one task packs. */
    private static final int PACKING_GRAIN = 1 << 16;

    /** Computes the product. */
    void run(WorkerPool pool) {
        int columnParts = WorkerPool.tasks(n, blocks.columns());
        int parts = WorkerPool.tasks(m, blocks.rows()) * columnParts;
        if (blocks.packing() != Packing.SHARED) {
            pool.run(
                    parts,
                    (part, scratch) -> block(part / columnParts, part % columnParts, scratch)
                            .run(null));
            return;
        }
        // A lone task has a work space for the panels and leaves the pool to the two runs in it.
        pool.run(1, (lone, scratch) -> {
            int width = tiles.columns();
            float[] panels = scratch.floats(GemmBlock.PANELS, WorkerPool.tasks(n, width) * width * k);
            pack(pool, panels);
            pool.run(
                    parts,
                    (part, own) ->
                            block(part / columnParts, part % columnParts, own).run(panels));
        });
    }

    private void pack(WorkerPool pool, float[] panels) {
        int width = tiles.columns();
        int grain = Math.max(1, PACKING_GRAIN / (width * k)) * width;
        pool.run(WorkerPool.tasks(n, grain), (part, scratch) -> {
            int column = part * grain;
            b.pack(tiles, 0, k, column, Math.min(n - column, grain), panels, column * k, width * k);
        });
    }

    private GemmBlock block(int rowPart, int columnPart, Scratch scratch) {
        int row = rowPart * blocks.rows();
        int column = columnPart * blocks.columns();
        int rows = Math.min(m - row, blocks.rows());
        int columns = Math.min(n - column, blocks.columns());
        return new GemmBlock(this, row, row + rows, column, column + columns, scratch);
    }
}
