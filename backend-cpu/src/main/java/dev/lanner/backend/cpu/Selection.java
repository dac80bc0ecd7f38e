package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.View;
import java.util.function.IntConsumer;

/** The largest elements of rows of adjacent floats, and where they are. NaN counts as extreme; of equal ones the first. */
final class Selection {
    private static final int GRAIN = 1 << 14;

    private final WorkerPool pool;
    private final ReduceKernels kernels;

    /** Selections by the kernels given. */
    Selection(WorkerPool pool, ReduceKernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
    }

    /**
     * The position of the first largest or smallest element, or NaN, of each row.
     *
     * @param x contiguous rows (last axis), not empty
     * @param out contiguous I32, an element for each row
     */
    void argReduce(ReduceOp op, View x, View out) {
        int columns = x.shape().size(-1);
        float[] from = Elementwise.floats(x);
        int[] to = ((HostArray) out.storage()).ints();
        rows(x, row -> {
            int start = x.layout().offset() + row * columns;
            float extreme = kernels.row(op, from, start, columns);
            int at = 0;
            while (from[start + at] != extreme && !Float.isNaN(from[start + at])) {
                at++;
            }
            to[out.layout().offset() + row] = at;
        });
    }

    /**
     * The k largest of each row in descending order, and their positions.
     *
     * @param x contiguous rows (last axis), not empty
     * @param values contiguous, {@code [..., k]}
     * @param indices contiguous I32, {@code [..., k]}
     */
    void topK(View x, View values, View indices) {
        int columns = x.shape().size(-1);
        int k = values.shape().size(-1);
        float[] from = Elementwise.floats(x);
        float[] to = Elementwise.floats(values);
        int[] positions = ((HostArray) indices.storage()).ints();
        rows(x, row -> {
            int start = x.layout().offset() + row * columns;
            long[] heap = new long[k];
            select(from, start, columns, k, heap);
            for (int i = 0; i < k; i++) {
                to[values.layout().offset() + row * k + i] = from[start + position(heap[i])];
                positions[indices.layout().offset() + row * k + i] = position(heap[i]);
            }
        });
    }

    private void rows(View x, IntConsumer body) {
        int columns = x.shape().size(-1);
        int rows = x.shape().elements() / columns;
        int grain = Math.max(1, GRAIN / columns);
        pool.run(WorkerPool.tasks(rows, grain), (task, scratch) -> {
            for (int row = task * grain; row < Math.min(rows, (task + 1L) * grain); row++) {
                body.accept(row);
            }
        });
    }

    /**
     * Fills the heap with the keys of the chosen, in descending order. While it chooses, the last of them is at the root, which every
     * later element is compared with.
     */
    private void select(float[] x, int xo, int n, int k, long[] heap) {
        for (int i = 0; i < k; i++) {
            heap[i] = key(x[xo + i], i);
        }
        for (int root = k / 2 - 1; root >= 0; root--) {
            sink(heap, root, k);
        }
        int i = k;
        // Most elements are below the root, and are passed over by vectors.
        while ((i = kernels.nextAbove(x[xo + position(heap[0])], x, xo, i, n)) < n) {
            long key = key(x[xo + i], i);
            if (key > heap[0]) {
                heap[0] = key;
                sink(heap, 0, k);
            }
            i++;
        }
        for (int size = k - 1; size > 0; size--) {
            long last = heap[0];
            heap[0] = heap[size];
            heap[size] = last;
            sink(heap, 0, size);
        }
    }

    /** A number that is larger the earlier an element comes in the result: by its value (NaN first, -0 is 0), then by its position. */
    static long key(float value, int position) {
        int bits = Float.floatToRawIntBits(value + 0f);
        // Of negative numbers the order of the bits is the reverse one.
        int order = Float.isNaN(value) ? Integer.MAX_VALUE : bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) order << 32 | (Integer.MAX_VALUE - position);
    }

    /** The value of a key; -0 has become 0. */
    static float value(long key) {
        int order = (int) (key >> 32);
        return Float.intBitsToFloat(order ^ (order >> 31 & Integer.MAX_VALUE));
    }

    /** The position of a key. */
    static int position(long key) {
        return Integer.MAX_VALUE - (int) key;
    }

    /** Puts the root of a heap, whose least key is at the root, to its place. */
    static void sink(long[] heap, int root, int size) {
        long sunk = heap[root];
        int at = root;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= sunk) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = sunk;
    }
}
