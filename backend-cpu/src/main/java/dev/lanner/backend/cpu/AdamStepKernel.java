package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AdamStep;

/**
 * One step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019) in one pass over parameter, gradient and moments, any
 * shape. The outputs may be the inputs' own views, or others, to which the state is copied first.
 */
final class AdamStepKernel implements FusedKernel {
    private static final int CHUNK = 8192;
    private static final int GRADIENT = 1;
    private static final int RATES = 4;
    /** The inputs that become outputs: parameter and moments. */
    private static final int[] STATE = {0, 2, 3};

    private final WorkerPool pool;
    private final ElementLoops loops;
    private final AdamStep op;

    /** A kernel without state of its own. */
    AdamStepKernel(WorkerPool pool, ElementLoops loops, AdamStep op) {
        this.pool = pool;
        this.loops = loops;
        this.op = op;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        for (int i = 0; i < STATE.length; i++) {
            copy(inputs[STATE[i]], outputs[i]);
        }
        AdamRates rates = AdamRates.of(op, Rows.flat(inputs[RATES]));
        Rows p = Rows.flat(outputs[0]);
        Rows g = Rows.flat(inputs[GRADIENT]);
        Rows m = Rows.flat(outputs[1]);
        Rows v = Rows.flat(outputs[2]);
        pool.run(WorkerPool.tasks(p.width(), CHUNK), (task, scratch) -> {
            int first = task * CHUNK;
            loops.adam(
                    Math.min(CHUNK, p.width() - first),
                    rates,
                    p.values(),
                    p.offset() + first,
                    g.values(),
                    g.offset() + first,
                    m.values(),
                    m.offset() + first,
                    v.values(),
                    v.offset() + first);
        });
    }

    private static void copy(View from, View to) {
        if (!from.equals(to)) {
            Rows source = Rows.flat(from);
            Rows target = Rows.flat(to);
            System.arraycopy(source.values(), source.offset(), target.values(), target.offset(), source.width());
        }
    }

    /**
     * Refuses: an optimiser's step has no gradient.
     *
     * @throws IllegalStateException always
     */
    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        throw new IllegalStateException("adamStep: an optimiser's step is not differentiable");
    }
}
