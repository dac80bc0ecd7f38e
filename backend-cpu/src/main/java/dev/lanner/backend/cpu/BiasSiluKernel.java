package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;

/**
 * {@code silu(x + bias)} for x {@code [N, M]}, bias {@code [M]}. The backward pass computes the sigmoid again from x: reading what was
 * saved would take longer.
 */
final class BiasSiluKernel implements FusedKernel {
    private static final int SINK = 0;

    private final WorkerPool pool;
    private final ActivationLoops loops;

    /** A kernel without state of its own. */
    BiasSiluKernel(WorkerPool pool, ActivationLoops loops) {
        this.pool = pool;
        this.loops = loops;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Rows x = Rows.of(inputs[0]);
        Rows bias = Rows.of(inputs[1]);
        Rows y = Rows.of(outputs[0]);
        RowTasks.run(pool, x.count(), x.width(), (task, first, end, scratch) -> {
            for (int row = first; row < end; row++) {
                loops.biasSilu(x.width(), x.values(), x.at(row), bias.values(), bias.offset(), y.values(), y.at(row));
            }
        });
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        Rows x = Rows.of(inputs[0]);
        Rows bias = Rows.of(inputs[1]);
        Rows dy = Rows.of(dOut);
        Rows wanted = Rows.ofWanted(dInputs[0]);
        Rows dBias = Rows.ofWanted(dInputs[1]);
        int width = x.width();
        int tasks = RowTasks.tasks(x.count(), width);
        float[] sums = new float[tasks * width];
        RowTasks.run(pool, x.count(), width, (task, first, end, scratch) -> {
            Rows dx = wanted == null ? Rows.sink(x, scratch.floats(SINK, width)) : wanted;
            for (int row = first; row < end; row++) {
                loops.biasSiluGradient(
                        width,
                        x.values(),
                        x.at(row),
                        bias.values(),
                        bias.offset(),
                        dy.values(),
                        dy.at(row),
                        dx.values(),
                        dx.at(row),
                        sums,
                        task * width);
            }
        });
        RowTasks.total(sums, tasks, width, 0, dBias);
    }
}
