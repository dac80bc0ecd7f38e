package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;

/** Rows of tables picked, and summed into, by index. Rows are of adjacent elements, at any distance from each other. */
final class RowIndexing {
    private static final int GRAIN = 1 << 14;
    /** Columns of a scatter task: few enough to share between threads, enough to pay for a walk through all the rows. */
    private static final int COLUMNS = 32;

    private final WorkerPool pool;
    private final ReduceKernels kernels;

    /** Operations by the kernels given. */
    RowIndexing(WorkerPool pool, ReduceKernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
    }

    /** Whether the elements of each row of a matrix are adjacent. */
    static boolean hasAdjacentRows(View matrix) {
        return matrix.shape().size(1) <= 1 || matrix.layout().stride(1) == 1;
    }

    /** {@code out[i, :] = table[indices[i], :]}, of any dtype. */
    void gather(View table, View indices, View out) {
        int width = table.shape().size(1);
        int count = out.shape().size(0);
        HostArray from = (HostArray) table.storage();
        HostArray to = (HostArray) out.storage();
        int[] rows = ((HostArray) indices.storage()).ints();
        int grain = Math.max(1, GRAIN / Math.max(width, 1));
        pool.run(WorkerPool.tasks(count, grain), (task, scratch) -> {
            for (int i = task * grain; i < Math.min(count, (task + 1L) * grain); i++) {
                int source = start(table.layout(), rows[start(indices.layout(), i)]);
                int target = start(out.layout(), i);
                if (to.dtype() == DType.F32) {
                    System.arraycopy(from.floats(), source, to.floats(), target, width);
                } else {
                    to.copyFrom(from, source, target, width);
                }
            }
        });
    }

    /**
     * {@code out[indices[i], :] += rows[i, :]} of F32. Every task goes through all rows in their order and adds its own columns, so that
     * no two write to one element and each sum has one order.
     *
     * @param indices contiguous
     */
    void scatterAdd(View rows, View indices, View out) {
        int width = out.shape().size(1);
        pool.run(
                WorkerPool.tasks(width, COLUMNS),
                (task, scratch) -> kernels.addRows(
                        Elementwise.floats(rows),
                        rows.layout().offset() + task * COLUMNS,
                        rows.layout().stride(0),
                        ((HostArray) indices.storage()).ints(),
                        indices.layout().offset(),
                        rows.shape().size(0),
                        Elementwise.floats(out),
                        out.layout().offset() + task * COLUMNS,
                        out.layout().stride(0),
                        Math.min(COLUMNS, width - task * COLUMNS)));
    }

    /** The position of the first element at an index of the first axis. */
    private static int start(Layout layout, int index) {
        return layout.offset() + index * layout.stride(0);
    }
}
