package dev.lanner.backend.cpu;

/** Rows of F32 tables picked, and summed into, by index. */
final class RowIndexing {
    private static final int GRAIN = 1 << 14;
    /** Columns of a scatter task: a cache line of floats, whatever the number of threads. */
    private static final int COLUMNS = 16;

    private final WorkerPool pool;

    RowIndexing(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code out[i, :] = table[indices[i], :]}; rows of adjacent floats. */
    void gather(
            float[] table,
            int to,
            int tableRow,
            int[] indices,
            int io,
            int count,
            float[] out,
            int oo,
            int outRow,
            int width) {
        if (width == 0) {
            return;
        }
        int grain = Math.max(1, GRAIN / width);
        pool.run(WorkerPool.tasks(count, grain), (task, scratch) -> {
            for (int i = task * grain; i < Math.min(count, (task + 1) * grain); i++) {
                System.arraycopy(table, to + indices[io + i] * tableRow, out, oo + i * outRow, width);
            }
        });
    }

    /**
     * {@code out[indices[i], :] += rows[i, :]}. Every task goes through all rows in their order and adds its own columns, so that no two
     * write to one element and each sum has one order.
     */
    void scatterAdd(
            float[] rows,
            int ro,
            int rowsRow,
            int[] indices,
            int io,
            int count,
            float[] out,
            int oo,
            int outRow,
            int width) {
        pool.run(WorkerPool.tasks(width, COLUMNS), (task, scratch) -> {
            int first = task * COLUMNS;
            int columns = Math.min(COLUMNS, width - first);
            for (int i = 0; i < count; i++) {
                int target = oo + indices[io + i] * outRow + first;
                FloatRows.add(out, target, rows, ro + i * rowsRow + first, out, target, columns);
            }
        });
    }
}
