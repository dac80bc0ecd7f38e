package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;

/** Softmax along the last axis: x {@code [..., n]} to a result of the same shape. The backward pass needs the result alone. */
final class SoftmaxKernel implements FusedKernel {
    private final WorkerPool pool;
    private final SoftmaxLoops loops;

    /** A kernel without state of its own. */
    SoftmaxKernel(WorkerPool pool, SoftmaxLoops loops) {
        this.pool = pool;
        this.loops = loops;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Rows x = Rows.of(inputs[0]);
        Rows y = Rows.of(outputs[0]);
        RowTasks.run(pool, x.count(), x.width(), (task, first, end, scratch) -> {
            for (int row = first; row < end; row++) {
                loops.softmax(x.width(), x.values(), x.at(row), y.values(), y.at(row));
            }
        });
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        if (dInputs[0] == null) {
            return;
        }
        Rows y = Rows.of(outputs[0]);
        Rows dy = Rows.of(dOut);
        Rows dx = Rows.of(dInputs[0]);
        RowTasks.run(pool, y.count(), y.width(), (task, first, end, scratch) -> {
            for (int row = first; row < end; row++) {
                loops.softmaxGradient(
                        y.width(), y.values(), y.at(row), dy.values(), dy.at(row), dx.values(), dx.at(row));
            }
        });
    }
}
