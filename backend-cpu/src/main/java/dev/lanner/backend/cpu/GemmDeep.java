package dev.lanner.backend.cpu;

/**
 * A product that is much deeper than wide, such as the gradient of a weight over all rows of a batch: its depth is cut as well. There
 * are too few blocks of C to give each thread its own, and each would read all of one operand again.
 */
final class GemmDeep {
    /** Least depth of a part. */
    private static final int DEPTH = 512;

    private static final int FEWEST_PARTS = 4;

    /** Elements of a C that each part may sum on its own, and of all those sums together: 4 MiB. */
    private static final int LARGEST = 1 << 16;

    private static final int SUMS = 1 << 20;

    /** Elements of C that are added up at a time. */
    private static final int GRAIN = 4096;

    private GemmDeep() {}

    /** Parts that a depth is cut into: a function of the shape; 1 for a product that is not deep. */
    static int parts(int m, int n, int k) {
        long size = (long) m * n;
        if (size > LARGEST || k < FEWEST_PARTS * DEPTH) {
            return 1;
        }
        return (int) Math.min(k / DEPTH, SUMS / size);
    }

    /** As {@link Gemm#multiply}. */
    static void multiply(
            WorkerPool pool, GemmTiles tiles, int parts, int m, int n, int k, GemmLeft a, GemmRight b, GemmResult c) {
        int depth = WorkerPool.tasks(k, parts);
        int size = m * n;
        pool.run(1, (lone, scratch) -> {
            float[] sums = scratch.floats(0, parts * size);
            pool.run(parts, (part, own) -> {
                int start = Math.min(k, part * depth);
                int count = Math.min(k - start, depth);
                GemmResult sum = new GemmResult(sums, part * size, n, 0);
                Gemm.shallow(pool, tiles, m, n, count, a.from(start), b.from(start), sum);
            });
            PartialSums partial = new PartialSums(sums, 0, size, parts);
            int rows = Math.max(1, GRAIN / n);
            pool.run(WorkerPool.tasks(m, rows), (task, own) -> {
                int end = Math.min(m, (task + 1) * rows);
                c.scale(task * rows, end, 0, n);
                for (int row = task * rows; row < end; row++) {
                    partial.addTo(row * n, n, c.values(), c.at(row, 0));
                }
            });
        });
    }
}
