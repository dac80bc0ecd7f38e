package dev.lanner.backend.cpu;

/** Runs a kernel over all rows of a {@link LoopNest}, cut into tasks of a fixed number of elements. */
final class RowWalk {
    /** Elements of a task: enough to pay for handing it out, few enough to share. */
    static final int GRAIN = 1 << 15;

    private RowWalk() {}

    /** What is done with a row or a part of one. */
    @FunctionalInterface
    interface Body {
        /**
         * Computes adjacent elements of a row.
         *
         * @param starts the position of the first one in each operand; only for the time of the call
         * @param n how many, at least 1
         * @param scratch work space for this call alone
         */
        void run(int[] starts, int n, Scratch scratch);
    }

    /**
     * Runs a body for every element once.
     *
     * @param limit the most elements of one call
     */
    static void run(WorkerPool pool, LoopNest nest, int limit, Body body) {
        int elements = nest.elements();
        pool.run(WorkerPool.tasks(elements, GRAIN), (task, scratch) -> {
            int first = task * GRAIN;
            walk(nest, first, (int) Math.min(elements, (long) first + GRAIN), limit, body, scratch);
        });
    }

    private static void walk(LoopNest nest, int first, int end, int limit, Body body, Scratch scratch) {
        int operands = nest.operands();
        int length = nest.rowLength();
        int row = first / length;
        int column = first - row * length;
        LoopNest.Cursor cursor = nest.new Cursor(row);
        int[] starts = new int[operands];
        for (int element = first; element < end; ) {
            int n = Math.min(Math.min(limit, length - column), end - element);
            for (int o = 0; o < operands; o++) {
                starts[o] = cursor.start(o) + column * nest.stride(o);
            }
            body.run(starts, n, scratch);
            element += n;
            column += n;
            if (column == length) {
                column = 0;
                cursor.next();
            }
        }
    }
}
