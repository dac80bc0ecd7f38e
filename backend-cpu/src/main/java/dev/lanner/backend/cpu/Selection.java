package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;

/** The largest elements of rows of adjacent floats, and where they are. NaN counts as the largest; of equal ones the first. */
final class Selection {
    private static final int GRAIN = 1 << 14;

    private final WorkerPool pool;

    Selection(WorkerPool pool) {
        this.pool = pool;
    }

    /** The position of the first largest or smallest element (or NaN) of each row of contiguous x {@code [rows, columns]}. */
    void argReduce(ReduceOp op, float[] x, int xo, int rows, int columns, int[] out) {
        int grain = Math.max(1, GRAIN / columns);
        pool.run(WorkerPool.tasks(rows, grain), (task, scratch) -> {
            for (int row = task * grain; row < Math.min(rows, (task + 1) * grain); row++) {
                out[row] = extreme(op == ReduceOp.MAX, x, xo + row * columns, columns);
            }
        });
    }

    private static int extreme(boolean largest, float[] x, int xo, int n) {
        int best = 0;
        for (int i = 1; i < n && !Float.isNaN(x[xo + best]); i++) {
            float value = x[xo + i];
            if (Float.isNaN(value) || (largest ? value > x[xo + best] : value < x[xo + best])) {
                best = i;
            }
        }
        return best;
    }

    /** The k largest of each row of contiguous x {@code [rows, columns]}, descending, into contiguous {@code [rows, k]}. */
    void topK(float[] x, int xo, int rows, int columns, int k, float[] values, int vo, int[] indices, int io) {
        int grain = Math.max(1, GRAIN / columns);
        pool.run(WorkerPool.tasks(rows, grain), (task, scratch) -> {
            for (int row = task * grain; row < Math.min(rows, (task + 1) * grain); row++) {
                int[] heap = scratch.ints(0, k);
                select(x, xo + row * columns, columns, k, heap);
                for (int i = 0; i < k; i++) {
                    values[vo + row * k + i] = x[xo + row * columns + heap[i]];
                    indices[io + row * k + i] = heap[i];
                }
            }
        });
    }

    /** A heap with the last of the chosen at its root, which every later element is compared with; sorted in the end. */
    private static void select(float[] x, int xo, int n, int k, int[] heap) {
        for (int i = 0; i < k; i++) {
            heap[i] = i;
        }
        for (int root = k / 2 - 1; root >= 0; root--) {
            sink(x, xo, heap, root, k);
        }
        for (int i = k; i < n; i++) {
            if (precedes(x, xo, i, heap[0])) {
                heap[0] = i;
                sink(x, xo, heap, 0, k);
            }
        }
        for (int size = k - 1; size > 0; size--) {
            int last = heap[0];
            heap[0] = heap[size];
            heap[size] = last;
            sink(x, xo, heap, 0, size);
        }
    }

    private static void sink(float[] x, int xo, int[] heap, int root, int size) {
        int at = root;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && precedes(x, xo, heap[child], heap[child + 1])) {
                child++;
            }
            if (precedes(x, xo, heap[child], heap[at])) {
                return;
            }
            int moved = heap[at];
            heap[at] = heap[child];
            heap[child] = moved;
            at = child;
        }
    }

    /** Whether element i comes before element j in descending order. */
    private static boolean precedes(float[] x, int xo, int i, int j) {
        float a = x[xo + i];
        float b = x[xo + j];
        if (Float.isNaN(a) || Float.isNaN(b)) {
            return Float.isNaN(a) && (!Float.isNaN(b) || i < j);
        }
        return a > b || (a == b && i < j);
    }
}
