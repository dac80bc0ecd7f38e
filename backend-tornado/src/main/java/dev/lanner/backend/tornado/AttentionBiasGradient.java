package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Adds up the partial gradients of HSTU attention's bias tables, always in the same order. */
final class AttentionBiasGradient {
    /** Sums columns of rows: header (distance of the rows, rows, offset of the output, zeros in front of it). */
    static final Kernel SUM = Kernel.into(
            1,
            "attentionBiasSum",
            (graph, id, context, meta, a) ->
                    graph.task(id, AttentionBiasGradient::attentionBiasSum, context, meta, a.floats(0), a.floats(1)));

    /** Items that sum one column. */
    static final int GROUP = 64;

    private AttentionBiasGradient() {}

    static void attentionBiasSum(KernelContext context, IntArray meta, FloatArray partial, FloatArray out) {
        double[] sums = context.allocateDoubleLocalArray(GROUP);
        int item = context.localIdx;
        Outputs.keep(item, out);
        int distance = meta.get(0);
        int column = context.groupIdx - meta.get(3);
        // In front of the first column there is nothing to sum.
        int rows = column < 0 ? 0 : meta.get(1);
        double sum = 0;
        for (int row = item; row < rows; row += GROUP) {
            sum += partial.get(row * distance + column);
        }
        sums[item] = sum;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                sums[item] = sums[item] + sums[item + half];
            }
            context.localBarrier();
        }
        if (item == 0) {
            out.set(meta.get(2) + context.groupIdx, (float) sums[0]);
        }
    }
}
