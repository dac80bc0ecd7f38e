package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.Dropout;

/** Dropout (Srivastava et al., 2014), any shape. The backward pass draws the mask again instead of saving it. */
final class DropoutKernel implements FusedKernel {
    /** Elements of a task and of the mask that is drawn at once: a multiple of {@link RandomLoops#UNIT}, and small enough for the first-level cache. */
    private static final int CHUNK = 4096;

    private static final int MASK = 0;
    private static final int WORDS = 0;

    private final WorkerPool pool;
    private final RandomLoops masks;
    private final ElementLoops loops;
    private final Dropout op;

    /** A kernel without state of its own. */
    DropoutKernel(WorkerPool pool, RandomLoops masks, ElementLoops loops, Dropout op) {
        this.pool = pool;
        this.masks = masks;
        this.loops = loops;
        this.op = op;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        multiply(inputs[0], outputs[0]);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        if (dInputs[0] != null) {
            multiply(dOut, dInputs[0]);
        }
    }

    private void multiply(View from, View to) {
        Rows x = from.layout().isContiguous() ? Rows.flat(from) : Rows.of(from);
        Rows y = Rows.flat(to);
        pool.run(WorkerPool.tasks(y.width(), CHUNK), (task, scratch) -> {
            int first = task * CHUNK;
            int count = Math.min(CHUNK, y.width() - first);
            float[] mask = scratch.floats(MASK, CHUNK);
            masks.mask(op.key(), op.probability(), first, count, scratch.ints(WORDS, CHUNK), mask);
            for (int done = 0; done < count; ) {
                int column = (first + done) % x.width();
                int length = Math.min(count - done, x.width() - column);
                int at = x.at((first + done) / x.width()) + column;
                loops.multiply(length, x.values(), at, mask, done, y.values(), y.offset() + first + done);
                done += length;
            }
        });
    }
}
