package dev.lanner.backend.cpu;

/**
 * The right operand of products, packed for all of its depth: products that share it pack it once.
 *
 * @param values panels as wide as the tiles, from 0 on, each with its rows one behind the other
 */
record GemmPanels(float[] values) {
    /** Elements that one task packs. */
    private static final int GRAIN = 1 << 16;

    /** Elements of the panels of a {@code [depth, columns]} operand. */
    static int size(GemmTiles tiles, int depth, int columns) {
        int width = tiles.columns();
        return WorkerPool.tasks(columns, width) * width * depth;
    }

    /**
     * Packs an operand.
     *
     * @param b {@code [depth, columns]}
     * @param buffer of at least {@link #size} elements, becomes the values
     */
    static GemmPanels pack(WorkerPool pool, GemmTiles tiles, GemmRight b, int depth, int columns, float[] buffer) {
        int width = tiles.columns();
        int grain = Math.max(1, GRAIN / (width * depth)) * width;
        pool.run(WorkerPool.tasks(columns, grain), (part, scratch) -> {
            int column = part * grain;
            int count = Math.min(columns - column, grain);
            b.pack(tiles, 0, depth, column, count, buffer, column * depth, width * depth);
        });
        return new GemmPanels(buffer);
    }

    /**
     * Packs an operand into a slot of scratch memory.
     *
     * @param b {@code [depth, columns]}
     * @return null where the depth is 0, and products with it are zeros
     */
    static GemmPanels pack(
            WorkerPool pool, GemmTiles tiles, GemmRight b, int depth, int columns, Scratch scratch, int slot) {
        float[] buffer = scratch.floats(slot, size(tiles, depth, columns));
        return depth == 0 ? null : pack(pool, tiles, b, depth, columns, buffer);
    }
}
