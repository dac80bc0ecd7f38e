package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * The table's gradient of {@link SampledSoftmaxLossKernel}: {@code de_v = sum over i of c_iv h_i / |h_i|} for the unit rows e, with c
 * the gradient by each cosine, then back through the normalisation.
 */
final class SampledSoftmaxLossTable {
    private static final int STATE = 0;
    private static final int SUMS = 1;
    private static final int GRADIENT = 2;

    private final WorkerPool pool;
    private final LossLoops loops;
    private final Rows h;
    private final LossItems items;
    private final SampledSoftmaxLossSaved saved;

    /** Prepares the gradient of one loss. */
    SampledSoftmaxLossTable(WorkerPool pool, LossLoops loops, Rows h, LossItems items, SampledSoftmaxLossSaved saved) {
        this.pool = pool;
        this.loops = loops;
        this.h = h;
        this.items = items;
        this.saved = saved;
    }

    /**
     * Computes the gradient. Each task sums a block of columns over all rows in their order, so that no two tasks write to one place
     * and the sums do not depend on the number of threads.
     *
     * @param factor times the saved gradients
     * @param dTable {@code [R, D]}, overwritten
     */
    void gradient(float factor, Rows dTable) {
        int rows = saved.tableInverses().width();
        int width = dTable.width();
        pool.run(WorkerPool.tasks(width, LossLoops.BLOCK), (task, scratch) -> {
            int column = task * LossLoops.BLOCK;
            int columns = Math.min(LossLoops.BLOCK, width - column);
            float[] sums = scratch.floats(SUMS, rows * LossLoops.BLOCK);
            Arrays.fill(sums, 0, rows * LossLoops.BLOCK, 0);
            sum(factor, column, columns, scratch.floats(STATE, LossLoops.BLOCK), sums);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(sums, row * LossLoops.BLOCK, dTable.values(), dTable.at(row) + column, columns);
            }
        });
        project(dTable);
    }

    private void sum(float factor, int column, int columns, float[] state, float[] sums) {
        Rows coefficients = saved.coefficients();
        Rows inverses = saved.inverses();
        Indices targets = items.targets();
        Indices negatives = items.negativeItems();
        Arrays.fill(state, 0, LossLoops.BLOCK, 0);
        for (int row = 0; row < items.rows(); row++) {
            if (!items.hasTarget(row)) {
                continue;
            }
            float scale = factor * inverses.values()[inverses.offset() + row];
            for (int j = 0; j < columns; j++) {
                state[j] = scale * h.values()[h.at(row) + column + j];
            }
            int at = coefficients.at(row);
            loops.scatter(1, coefficients.values(), at, targets.values(), targets.offset() + row, state, sums);
            loops.scatter(
                    items.negatives(),
                    coefficients.values(),
                    at + 1,
                    negatives.values(),
                    items.negativesAt(row),
                    state,
                    sums);
        }
    }

    private void project(Rows dTable) {
        Rows table = saved.table();
        Rows inverses = saved.tableInverses();
        int padded = table.width();
        int width = dTable.width();
        RowTasks.run(pool, inverses.width(), padded, (task, first, end, scratch) -> {
            float[] gradient = scratch.floats(GRADIENT, padded);
            Arrays.fill(gradient, 0, padded, 0);
            for (int row = first; row < end; row++) {
                System.arraycopy(dTable.values(), dTable.at(row), gradient, 0, width);
                float inverse = inverses.values()[inverses.offset() + row];
                UnitRows.project(loops, padded, inverse, table.values(), table.at(row), 1, gradient);
                System.arraycopy(gradient, 0, dTable.values(), dTable.at(row), width);
            }
        });
    }
}
