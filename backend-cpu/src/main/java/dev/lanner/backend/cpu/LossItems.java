package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import java.util.Arrays;

/**
 * Targets and negatives of a sampled softmax loss.
 *
 * @param targets {@code [rows]}
 * @param negativeItems {@code [rows, negatives]}
 * @param rows N
 * @param negatives K
 */
record LossItems(Indices targets, Indices negativeItems, int rows, int negatives) {
    /** The items among the operands h, table, targets, negatives. */
    static LossItems of(View[] inputs) {
        return new LossItems(
                Indices.of(inputs[2]),
                Indices.of(inputs[3]),
                inputs[2].shape().size(0),
                inputs[3].shape().size(1));
    }

    /** The smallest multiple of a number of lanes that is at least {@code size}. */
    static int padded(int size, int lanes) {
        return (size + lanes - 1) / lanes * lanes;
    }

    /** A row's target. */
    int target(int row) {
        return targets.values()[targets.offset() + row];
    }

    /** Whether a row counts. */
    boolean hasTarget(int row) {
        return target(row) != SampledSoftmaxLoss.NO_TARGET;
    }

    /** How many rows count. */
    int rowsWithTarget() {
        int count = 0;
        for (int row = 0; row < rows; row++) {
            count += hasTarget(row) ? 1 : 0;
        }
        return count;
    }

    /** Position of a row's first negative in {@link #negativeItems}. */
    int negativesAt(int row) {
        return negativeItems.offset() + row * negatives;
    }

    /**
     * Lists a row's target, its negatives, and again the target until the list's length is a multiple of {@code lanes}.
     *
     * @param out receives the list from 0 on
     */
    void list(int row, int lanes, int[] out) {
        out[0] = target(row);
        System.arraycopy(negativeItems.values(), negativesAt(row), out, 1, negatives);
        int count = negatives + 1;
        Arrays.fill(out, count, padded(count, lanes), out[0]);
    }
}
