package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The softmax of the full-softmax loss: a group for each row of a block of logits, {@code [rows, R]} without gaps, which become the
 * gradients of the row's loss. Padding, column 0, is no item and gets 0, as does every element of a row without a target. Header: that
 * of {@link LossTasks}, of which it reads the number of items and the targets, and which row of all is the block's first.
 */
final class FullSoftmaxRows {
    /** The number, among all rows, of the block's first. */
    static final int FIRST_ROW = 15;

    /** Items of a group. */
    static final int GROUP = 128;

    /** Arguments: targets of all rows, logits of the block, losses of all rows. */
    static final Kernel KERNEL = new Kernel(
            "fullSoftmaxRows",
            0b110,
            (graph, id, context, meta, a) -> graph.task(
                    id, FullSoftmaxRows::fullSoftmaxRows, context, meta, a.ints(0), a.floats(1), a.floats(2)));

    private FullSoftmaxRows() {}

    static void fullSoftmaxRows(
            KernelContext context, IntArray meta, IntArray targets, FloatArray logits, FloatArray losses) {
        float[] partial = context.allocateFloatLocalArray(GROUP);
        int item = context.localIdx;
        Outputs.keep(item, losses);
        int columns = meta.get(LossTasks.ITEMS);
        int first = context.groupIdx * columns;
        int row = meta.get(FIRST_ROW) + context.groupIdx;
        int target = LossTasks.target(meta, targets, row);
        float targetLogit = logits.get(first + target);
        float largest = targetLogit;
        for (int column = item + 1; column < columns; column += GROUP) {
            float logit = logits.get(first + column);
            largest = logit > largest ? logit : largest;
        }
        partial[item] = largest;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                float other = partial[item + half];
                partial[item] = other > partial[item] ? other : partial[item];
            }
            context.localBarrier();
        }
        largest = partial[0];
        // All have read it before the first of them writes its sum there.
        context.localBarrier();
        float sum = 0;
        for (int column = item + 1; column < columns; column += GROUP) {
            sum += TornadoMath.exp(logits.get(first + column) - largest);
        }
        partial[item] = sum;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
            }
            context.localBarrier();
        }
        float logSum = largest + TornadoMath.log(partial[0]);
        for (int column = item; column < columns; column += GROUP) {
            float gradient = 0;
            int weighs = (target == 0 ? 0 : 1) & (column == 0 ? 0 : 1);
            if (weighs == 1) {
                float expected = column == target ? 1 : 0;
                gradient = TornadoMath.exp(logits.get(first + column) - logSum) - expected;
            }
            logits.set(first + column, gradient);
        }
        if (item == 0) {
            losses.set(row, target == 0 ? 0 : logSum - targetLogit);
        }
    }
}
