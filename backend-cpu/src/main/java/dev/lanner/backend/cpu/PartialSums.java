package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * What tasks summed on their own, added up in the order of the tasks. Their number depends on the shape of the work alone, so the
 * total has the same bits for every number of threads.
 *
 * @param values the sums of a task are {@code stride} elements behind those of the one before
 * @param offset where those of the first begin
 * @param stride elements of a task
 * @param tasks how many there are
 */
record PartialSums(float[] values, int offset, int stride, int tasks) {
    /** Elements that are added up at a time. */
    private static final int GRAIN = 4096;

    /** Adds some elements of all tasks to a target. */
    void addTo(int first, int count, float[] target, int to) {
        for (int task = 0; task < tasks; task++) {
            int from = offset + task * stride + first;
            for (int i = 0; i < count; i++) {
                target[to + i] += values[from + i];
            }
        }
    }

    /**
     * Writes the totals of the first elements, cut into pieces for the threads.
     *
     * @param out one contiguous row; null if it is not wanted
     */
    void total(WorkerPool pool, Rows out) {
        if (out == null) {
            return;
        }
        pool.run(WorkerPool.tasks(out.width(), GRAIN), (piece, scratch) -> {
            int first = piece * GRAIN;
            int count = Math.min(GRAIN, out.width() - first);
            int to = out.offset() + first;
            Arrays.fill(out.values(), to, to + count, 0);
            addTo(first, count, out.values(), to);
        });
    }
}
