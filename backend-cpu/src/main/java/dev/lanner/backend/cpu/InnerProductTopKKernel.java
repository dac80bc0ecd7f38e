package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.InnerProductTopK;
import java.util.Arrays;

/**
 * {@link InnerProductTopK}: the products of a panel are compared with the least of the best so far while they are in the cache; no
 * array of all products is made. Each task has its own best ones, and the best of all are those of all tasks sorted.
 */
final class InnerProductTopKKernel implements FusedKernel {
    private static final int PANEL = InnerProductTopK.PANEL;

    /** Elements of a task's panels: 1 MiB, so that a small catalogue is searched without waking a thread. */
    private static final int GRAIN = 1 << 18;

    private static final int PRODUCTS = 0;

    private final WorkerPool pool;
    private final AttentionTiles tiles;
    private final ReduceKernels kernels;
    private final InnerProductTopK op;

    /** A kernel without state of its own. */
    InnerProductTopKKernel(WorkerPool pool, AttentionTiles tiles, ReduceKernels kernels, InnerProductTopK op) {
        this.pool = pool;
        this.tiles = tiles;
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public boolean hasGradient() {
        return false;
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        throw new IllegalStateException("innerProductTopK: a search is not differentiable");
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Rows queries = Rows.of(inputs[0]);
        float[] panels = ((HostArray) inputs[1].storage()).floats();
        int offset = inputs[1].layout().offset();
        int size = queries.width() * PANEL;
        int count = WorkerPool.tasks(op.rows(), PANEL);
        int grain = Math.max(1, GRAIN / Math.max(1, size));
        int tasks = WorkerPool.tasks(count, grain);
        float[] values = ((HostArray) outputs[0].storage()).floats();
        int[] indices = ((HostArray) outputs[1].storage()).ints();
        int k = op.k();
        for (int query = 0; query < inputs[0].shape().size(0); query++) {
            int from = queries.at(query);
            long[][] best = new long[tasks][];
            pool.run(tasks, (task, scratch) -> {
                BestKeys keys = new BestKeys(kernels, Math.min(k, grain * PANEL));
                float[] products = scratch.floats(PRODUCTS, PANEL);
                for (int panel = task * grain; panel < Math.min(count, (task + 1L) * grain); panel++) {
                    Arrays.fill(products, 0, PANEL, 0);
                    tiles.multiplyAdd(
                            1,
                            queries.width(),
                            PANEL,
                            queries.values(),
                            from,
                            0,
                            1,
                            panels,
                            offset + panel * size,
                            PANEL,
                            products,
                            0,
                            PANEL);
                    keys.offer(products, 0, Math.min(PANEL, op.rows() - panel * PANEL), panel * PANEL);
                }
                best[task] = Arrays.copyOf(keys.descending(), keys.size());
            });
            long[] all =
                    Arrays.stream(best).flatMapToLong(Arrays::stream).sorted().toArray();
            for (int i = 0; i < k; i++) {
                long key = all[all.length - 1 - i];
                values[outputs[0].layout().offset() + query * k + i] = BestKeys.value(key);
                indices[outputs[1].layout().offset() + query * k + i] = BestKeys.position(key);
            }
        }
    }
}
