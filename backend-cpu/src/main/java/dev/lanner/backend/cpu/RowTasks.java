package dev.lanner.backend.cpu;

/** Cuts rows into tasks by their width alone, so that sums by task are the same bits for every number of threads. */
final class RowTasks {
    /** Elements of a task: large beside the cost of handing it out, small enough for threads to share the work evenly. */
    private static final int ELEMENTS = 16_384;

    private RowTasks() {}

    /** What is done for the rows of one task. */
    @FunctionalInterface
    interface Body {
        /**
         * Runs one task.
         *
         * @param task index of the task, from 0
         * @param first first row
         * @param end the row behind the last
         * @param scratch work space for this call alone
         */
        void run(int task, int first, int end, Scratch scratch);
    }

    private static int grain(int width) {
        return Math.max(1, ELEMENTS / Math.max(1, width));
    }

    /** The number of tasks for {@code count} rows of this width. */
    static int tasks(int count, int width) {
        return WorkerPool.tasks(count, grain(width));
    }

    /** Runs the tasks for {@code count} rows of this width. */
    static void run(WorkerPool pool, int count, int width, Body body) {
        int grain = grain(width);
        pool.run(
                WorkerPool.tasks(count, grain),
                (task, scratch) -> body.run(task, task * grain, (int) Math.min(count, (task + 1L) * grain), scratch));
    }
}
