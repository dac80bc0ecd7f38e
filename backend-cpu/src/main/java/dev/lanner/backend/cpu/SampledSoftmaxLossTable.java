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

    /** Terms of a row's sum that are worth another part of the rows. */
    private static final int FEW_TERMS = 8;

    private static final int MOST_PARTS = 4;

    /** Elements of the sums of several parts together: 16 MiB. */
    private static final long MOST_SUMS = 1 << 22;

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
     * Computes the gradient. Each task sums a block of columns over a part of the rows in their order, so that no two tasks write to
     * one place; a block is so narrow that its sums stay in the L2 cache. The parts are added up in their order. Both are cut by the
     * shape alone, so the sums do not depend on the number of threads.
     *
     * @param factor times the saved gradients
     * @param dTable {@code [R, D]}, overwritten
     */
    void gradient(float factor, Rows dTable) {
        int width = dTable.width();
        int blocks = WorkerPool.tasks(width, LossLoops.BLOCK);
        int parts = parts(width);
        int grain = WorkerPool.tasks(items.rows(), parts);
        int size = Math.multiplyExact(saved.tableInverses().width(), LossLoops.BLOCK);
        pool.run(1, (lone, scratch) -> {
            float[] sums = scratch.floats(SUMS, Math.multiplyExact(parts * blocks, size));
            pool.run(parts * blocks, (task, own) -> {
                int column = task % blocks * LossLoops.BLOCK;
                int columns = Math.min(LossLoops.BLOCK, width - column);
                int first = Math.min(items.rows(), task / blocks * grain);
                int end = Math.min(items.rows(), first + grain);
                Arrays.fill(sums, task * size, (task + 1) * size, 0);
                sum(factor, first, end, column, columns, own.floats(STATE, LossLoops.BLOCK), sums, task * size);
            });
            project(new PartialSums(sums, 0, blocks * size, parts), size, dTable);
        });
    }

    /** Parts of the rows: several, if there is so much to sum that clearing and adding up more sums does not matter. */
    private int parts(int width) {
        long terms = (long) items.rows() * (items.negatives() + 1);
        long rows = Math.max(1, saved.tableInverses().width());
        long most = Math.clamp(MOST_SUMS / (rows * (width + LossLoops.BLOCK)), 1, MOST_PARTS);
        return (int) Math.clamp(terms / (FEW_TERMS * rows), 1, most);
    }

    private void sum(
            float factor, int first, int end, int column, int columns, float[] state, float[] sums, int sumsOffset) {
        Rows coefficients = saved.coefficients();
        Rows inverses = saved.inverses();
        Indices targets = items.targets();
        Indices negatives = items.negativeItems();
        Arrays.fill(state, 0, LossLoops.BLOCK, 0);
        for (int row = first; row < end; row++) {
            if (!items.hasTarget(row)) {
                continue;
            }
            float scale = factor * inverses.values()[inverses.offset() + row];
            for (int j = 0; j < columns; j++) {
                state[j] = scale * h.values()[h.at(row) + column + j];
            }
            int at = coefficients.at(row);
            loops.scatter(
                    1, coefficients.values(), at, targets.values(), targets.offset() + row, state, sums, sumsOffset);
            loops.scatter(
                    items.negatives(),
                    coefficients.values(),
                    at + 1,
                    negatives.values(),
                    items.negativesAt(row),
                    state,
                    sums,
                    sumsOffset);
        }
    }

    /** Adds up the parts, whose sums lie in blocks of columns, and goes back through the normalisation. */
    private void project(PartialSums sums, int blockSize, Rows dTable) {
        Rows table = saved.table();
        Rows inverses = saved.tableInverses();
        int padded = table.width();
        int width = dTable.width();
        RowTasks.run(pool, inverses.width(), padded, (task, first, end, scratch) -> {
            float[] gradient = scratch.floats(GRADIENT, padded);
            Arrays.fill(gradient, 0, padded, 0);
            for (int row = first; row < end; row++) {
                Arrays.fill(gradient, 0, width, 0);
                for (int column = 0; column < width; column += LossLoops.BLOCK) {
                    int from = column / LossLoops.BLOCK * blockSize + row * LossLoops.BLOCK;
                    sums.addTo(from, Math.min(LossLoops.BLOCK, width - column), gradient, column);
                }
                float inverse = inverses.values()[inverses.offset() + row];
                UnitRows.project(loops, padded, inverse, table.values(), table.at(row), 1, gradient);
                System.arraycopy(gradient, 0, dTable.values(), dTable.at(row), width);
            }
        });
    }
}
