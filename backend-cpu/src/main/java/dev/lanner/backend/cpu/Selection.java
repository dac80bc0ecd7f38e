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
            BestKeys best = new BestKeys(kernels, k);
            best.offer(from, start, columns, 0);
            long[] keys = best.descending();
            for (int i = 0; i < k; i++) {
                int position = BestKeys.position(keys[i]);
                to[values.layout().offset() + row * k + i] = from[start + position];
                positions[indices.layout().offset() + row * k + i] = position;
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
}
