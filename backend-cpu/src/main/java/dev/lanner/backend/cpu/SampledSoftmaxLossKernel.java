package dev.lanner.backend.cpu;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import java.util.Arrays;

/**
 * Cross entropy of a target among K sampled negatives on cosine similarities: see {@link SampledSoftmaxLoss}. The table is normalised
 * once; dot products then come straight from it, row by row, and the gathered {@code [N, K, D]} never exists.
 *
 * <p>The forward pass saves, for each row's own loss times the temperature, the gradient by each cosine {@code [N, K+1]}, target
 * first, and by h {@code [N, D]}: the items of a row are then still in the first-level cache, while the backward pass would wait for
 * them once more. Also the inverse norms of h {@code [N]}, the normalised table with padded rows {@code [R, P]} and its inverse norms
 * {@code [R]}.
 */
final class SampledSoftmaxLossKernel implements FusedKernel {
    private static final int ROWS = 64;
    private static final int FACTOR_CHUNK = 8192;

    private final WorkerPool pool;
    private final LossLoops loops;
    private final SampledSoftmaxLoss op;

    /** A kernel without state of its own. */
    SampledSoftmaxLossKernel(WorkerPool pool, LossLoops loops, SampledSoftmaxLoss op) {
        this.pool = pool;
        this.loops = loops;
        this.op = op;
    }

    @Override
    public Shape[] saved(View[] inputs) {
        Shape h = inputs[0].shape();
        int items = inputs[1].shape().size(0);
        return new Shape[] {
            Shape.of(h.size(0), inputs[3].shape().size(1) + 1),
            h,
            Shape.of(h.size(0)),
            Shape.of(items, LossItems.padded(h.size(1), loops.lanes())),
            Shape.of(items)
        };
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        SampledSoftmaxLossSaved saved = SampledSoftmaxLossSaved.of(outputs);
        LossItems items = LossItems.of(inputs);
        normaliseTable(Rows.of(inputs[1]), saved);
        SampledSoftmaxLossRows rows =
                new SampledSoftmaxLossRows(loops, Rows.of(inputs[0]), items, saved, (float) op.temperature());
        double[] losses = new double[WorkerPool.tasks(items.rows(), ROWS)];
        pool.run(losses.length, (task, scratch) -> {
            int first = task * ROWS;
            losses[task] = rows.run(first, Math.min(items.rows(), first + ROWS), scratch);
        });
        Rows out = Rows.of(outputs[0]);
        out.values()[out.offset()] = (float) (Arrays.stream(losses).sum() / Math.max(1, items.rowsWithTarget()));
    }

    private void normaliseTable(Rows from, SampledSoftmaxLossSaved saved) {
        Rows table = saved.table();
        Rows inverses = saved.tableInverses();
        int padded = table.width();
        RowTasks.run(pool, inverses.width(), padded, (task, first, end, scratch) -> {
            for (int row = first; row < end; row++) {
                int at = table.at(row);
                System.arraycopy(from.values(), from.at(row), table.values(), at, from.width());
                Arrays.fill(table.values(), at + from.width(), at + padded, 0);
                float inverse = UnitRows.inverseNorm(loops, padded, table.values(), at);
                inverses.values()[inverses.offset() + row] = inverse;
                loops.combine(padded, inverse, table.values(), at, 0, table.values(), at, table.values(), at);
            }
        });
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        SampledSoftmaxLossSaved saved = SampledSoftmaxLossSaved.of(outputs);
        LossItems items = LossItems.of(inputs);
        Rows upstream = Rows.of(dOut);
        double mean = upstream.values()[upstream.offset()] / (double) Math.max(1, items.rowsWithTarget());
        float factor = (float) (mean / op.temperature());
        if (dInputs[0] != null) {
            multiply(pool, factor, Rows.flat(outputs[2]), Rows.flat(dInputs[0]));
        }
        if (dInputs[1] != null) {
            new SampledSoftmaxLossTable(pool, loops, Rows.of(inputs[0]), items, saved)
                    .gradient(factor, Rows.of(dInputs[1]));
        }
    }

    /** Writes a row times a factor. */
    static void multiply(WorkerPool pool, float factor, Rows from, Rows to) {
        pool.run(WorkerPool.tasks(to.width(), FACTOR_CHUNK), (task, scratch) -> {
            int first = task * FACTOR_CHUNK;
            int end = Math.min(to.width(), first + FACTOR_CHUNK);
            for (int i = first; i < end; i++) {
                to.values()[to.offset() + i] = factor * from.values()[from.offset() + i];
            }
        });
    }
}
