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
}
