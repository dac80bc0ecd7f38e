package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** The gradients of HSTU attention's bias tables: partial sums, and what adds them up, always in the same order. */
final class AttentionBiasGradient {
    /**
     * The time bias' partial gradients: an item goes through the keys of one row and sums by bucket, in a row of its own. For any number
     * of buckets, at the price of the scores once more.
     */
    static final Kernel TIMES = Kernel.into(
            10,
            "attentionTimeGradient",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    AttentionBiasGradient::attentionTimeGradient,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.floats(2),
                    a.ints(3),
                    a.longs(4),
                    a.longs(5),
                    a.floats(6),
                    a.floats(7),
                    a.floats(8),
                    a.floats(9),
                    a.floats(10)));

    /** Sums columns of rows: header (columns, rows, offset of the output, zeros in front of it). */
    static final Kernel SUM = Kernel.into(
            1,
            "attentionBiasSum",
            (graph, id, context, meta, a) ->
                    graph.task(id, AttentionBiasGradient::attentionBiasSum, context, meta, a.floats(0), a.floats(1)));

    /** Items that sum one column. */
    static final int GROUP = 64;

    private AttentionBiasGradient() {}

    static void attentionTimeGradient(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            IntArray offsets,
            LongArray queryTimes,
            LongArray keyTimes,
            FloatArray positionBias,
            FloatArray timeBias,
            FloatArray rowValues,
            FloatArray dOut,
            FloatArray partial) {
        int row = context.globalIdx;
        Outputs.keep(row, partial);
        if (row < meta.get(AttentionTiles.ROWS)) {
            int buckets = meta.get(AttentionTiles.BOUNDARIES) + 1;
            for (int bucket = 0; bucket < buckets; bucket++) {
                partial.set(row * buckets + bucket, 0);
            }
            int start = AttentionTiles.start(meta, offsets, row);
            int keyWidth = meta.get(AttentionTiles.KEY_WIDTH);
            int valueWidth = meta.get(AttentionTiles.VALUE_WIDTH);
            for (int key = start; key <= row; key++) {
                int bucket = AttentionTiles.bucket(meta, queryTimes, keyTimes, row, key);
                float bias = AttentionTiles.bias(meta, queryTimes, keyTimes, positionBias, timeBias, row, key);
                float sum = 0;
                for (int head = 0; head < meta.get(AttentionTiles.HEADS); head++) {
                    float score = bias
                            + AttentionTiles.product(
                                    meta, AttentionTiles.Q, q, row, AttentionTiles.K, k, key, head, keyWidth);
                    float dProduct = AttentionTiles.product(
                            meta, AttentionTiles.OUT, dOut, row, AttentionTiles.V, v, key, head, valueWidth);
                    sum += AttentionTiles.slope(meta, reals, rowValues, row, head, score, dProduct);
                }
                int at = row * buckets + bucket;
                partial.set(at, partial.get(at) + sum);
            }
        }
    }

    static void attentionBiasSum(KernelContext context, IntArray meta, FloatArray partial, FloatArray out) {
        double[] sums = context.allocateDoubleLocalArray(GROUP);
        int item = context.localIdx;
        Outputs.keep(item, out);
        int columns = meta.get(0);
        int column = context.groupIdx - meta.get(3);
        // In front of the first column there is nothing to sum.
        int rows = column < 0 ? 0 : meta.get(1);
        double sum = 0;
        for (int row = item; row < rows; row += GROUP) {
            sum += partial.get(row * columns + column);
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
