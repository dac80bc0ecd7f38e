package dev.lanner.backend.cpu;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import java.util.Arrays;

/**
 * Layer normalisation of the last axis (Ba et al., 2016), and the same with a gate, which is HSTU's gated transformation:
 * {@code y = (n gamma + beta) u} with {@code n = (x - mean) / sqrt(variance + epsilon)}. Without a gate u is a row of ones.
 *
 * <p>Inputs are x {@code [..., D]}, with a gate u of the same shape, then gamma {@code [D]} and beta {@code [D]}. The forward pass
 * saves mean and inverse standard deviation of each row.
 */
final class LayerNormKernel implements FusedKernel {
    private static final int DU_SINK = 0;
    private static final int DX_SINK = 1;
    private static final int DN = 2;
    private static final int PROJECTIONS = 3;
    private static final int SUMS = 0;

    private final WorkerPool pool;
    private final LayerNormLoops loops;
    private final double epsilon;
    private final boolean gated;

    /**
     * A kernel without state of its own.
     *
     * @param epsilon added to the variance
     * @param gated whether the second input is the gate
     */
    LayerNormKernel(WorkerPool pool, LayerNormLoops loops, double epsilon, boolean gated) {
        this.pool = pool;
        this.loops = loops;
        this.epsilon = epsilon;
        this.gated = gated;
    }

    @Override
    public Shape[] saved(View[] inputs) {
        Shape shape = inputs[0].shape();
        return new Shape[] {Shape.of(shape.elements() / shape.size(shape.rank() - 1), 2)};
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Rows x = Rows.of(inputs[0]);
        Rows u = gate(inputs, x.width());
        Rows gamma = Rows.of(inputs[inputs.length - 2]);
        Rows beta = Rows.of(inputs[inputs.length - 1]);
        Rows y = Rows.of(outputs[0]);
        Rows statistics = Rows.of(outputs[1]);
        RowTasks.run(pool, x.count(), x.width(), (task, first, end, scratch) -> {
            for (int row = first; row < end; row++) {
                int at = statistics.at(row);
                loops.statistics(x.width(), epsilon, x.values(), x.at(row), statistics.values(), at);
                loops.normalise(
                        x.width(),
                        statistics.values()[at],
                        statistics.values()[at + 1],
                        x.values(),
                        x.at(row),
                        u.values(),
                        u.at(row),
                        gamma.values(),
                        gamma.offset(),
                        beta.values(),
                        beta.offset(),
                        y.values(),
                        y.at(row));
            }
        });
    }

    private Rows gate(View[] inputs, int width) {
        if (gated) {
            return Rows.of(inputs[1]);
        }
        float[] ones = new float[width];
        Arrays.fill(ones, 1);
        return new Rows(ones, 0, 0, 1, width);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        Rows x = Rows.of(inputs[0]);
        int width = x.width();
        Rows u = gate(inputs, width);
        Rows gamma = Rows.of(inputs[inputs.length - 2]);
        Rows beta = Rows.of(inputs[inputs.length - 1]);
        Rows statistics = Rows.of(outputs[1]);
        Rows dy = Rows.of(dOut);
        Rows wantedDx = Rows.ofWanted(dInputs[0]);
        Rows wantedDu = gated ? Rows.ofWanted(dInputs[1]) : null;
        int stride = 2 * width;
        int tasks = RowTasks.tasks(x.count(), width);
        // A lone task has a work space for the sums and leaves the pool to the runs in it.
        pool.run(1, (lone, own) -> {
            float[] sums = own.floats(SUMS, tasks * stride);
            Arrays.fill(sums, 0, tasks * stride, 0);
            RowTasks.run(pool, x.count(), width, (task, first, end, scratch) -> {
                Rows dx = wantedDx == null ? Rows.sink(x, scratch.floats(DX_SINK, width)) : wantedDx;
                Rows du = wantedDu == null ? Rows.sink(x, scratch.floats(DU_SINK, width)) : wantedDu;
                float[] dn = scratch.floats(DN, width);
                float[] projections = scratch.floats(PROJECTIONS, 2);
                for (int row = first; row < end; row++) {
                    float mean = statistics.values()[statistics.at(row)];
                    float inverse = statistics.values()[statistics.at(row) + 1];
                    loops.gateGradient(
                            width,
                            mean,
                            inverse,
                            x.values(),
                            x.at(row),
                            u.values(),
                            u.at(row),
                            gamma.values(),
                            gamma.offset(),
                            beta.values(),
                            beta.offset(),
                            dy.values(),
                            dy.at(row),
                            du.values(),
                            du.at(row),
                            dn,
                            sums,
                            task * stride,
                            projections);
                    loops.inputGradient(
                            width, mean, inverse, x.values(), x.at(row), dn, projections, dx.values(), dx.at(row));
                }
            });
            new PartialSums(sums, 0, stride, tasks).total(pool, Rows.ofWanted(dInputs[inputs.length - 2]));
            new PartialSums(sums, width, stride, tasks).total(pool, Rows.ofWanted(dInputs[inputs.length - 1]));
        });
    }
}
