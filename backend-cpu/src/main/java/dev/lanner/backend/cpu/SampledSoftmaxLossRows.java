package dev.lanner.backend.cpu;

import java.util.Arrays;

/** The forward pass of {@link SampledSoftmaxLossKernel} over rows of h: losses, and gradients for the backward pass. */
final class SampledSoftmaxLossRows {
    private static final int STATE = 0;
    private static final int LOGITS = 1;
    private static final int GRADIENT = 2;
    private static final int LIST = 0;

    private final LossLoops loops;
    private final Rows h;
    private final LossItems items;
    private final SampledSoftmaxLossSaved saved;
    private final float temperature;

    /**
     * Prepares one forward pass.
     *
     * @param h {@code [N, D]}
     * @param saved receives all but the table, which must be there
     */
    SampledSoftmaxLossRows(LossLoops loops, Rows h, LossItems items, SampledSoftmaxLossSaved saved, float temperature) {
        this.loops = loops;
        this.h = h;
        this.items = items;
        this.saved = saved;
        this.temperature = temperature;
    }

    /** Computes some rows; returns the sum of their losses. */
    double run(int first, int end, Scratch scratch) {
        Rows table = saved.table();
        int width = saved.stateGradients().width();
        int padded = table.width();
        int count = items.negatives() + 1;
        float[] state = scratch.floats(STATE, padded);
        float[] gradient = scratch.floats(GRADIENT, padded);
        float[] logits = scratch.floats(LOGITS, count + 2 * LossLoops.BLOCK);
        int[] list = scratch.ints(LIST, LossItems.padded(count, loops.lanes()));
        Arrays.fill(state, 0, padded, 0);
        double loss = 0;
        for (int row = first; row < end; row++) {
            if (!items.hasTarget(row)) {
                save(row, 0, count, width, null, null);
                continue;
            }
            System.arraycopy(h.values(), h.at(row), state, 0, width);
            float inverse = UnitRows.inverseNorm(loops, padded, state, 0);
            items.list(row, loops.lanes(), list);
            loops.combine(padded, inverse / temperature, state, 0, 0, state, 0, state, 0);
            loops.logits(count, padded, state, table.values(), table.offset(), list, logits);
            loss += loops.crossEntropy(count, list, logits);
            loops.weightedSum(count, padded, logits, list, table.values(), table.offset(), gradient);
            UnitRows.project(loops, padded, inverse, state, 0, temperature, gradient);
            save(row, inverse, count, width, logits, gradient);
        }
        return loss;
    }

    /** Saves the results of a row, or zeros for one without a target. */
    private void save(int row, float inverse, int count, int width, float[] coefficients, float[] gradient) {
        saved.inverses().values()[saved.inverses().offset() + row] = inverse;
        copyOrClear(coefficients, saved.coefficients(), row, count);
        copyOrClear(gradient, saved.stateGradients(), row, width);
    }

    private static void copyOrClear(float[] from, Rows to, int row, int count) {
        if (from == null) {
            Arrays.fill(to.values(), to.at(row), to.at(row) + count, 0);
        } else {
            System.arraycopy(from, 0, to.values(), to.at(row), count);
        }
    }
}
