package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** What attention by softmax needs of each row and head: an item for each. */
final class AttentionRowValues {
    /** The logarithm of the sum of the exponentials of the scores. */
    static final Kernel SUMS = Kernel.into(
            8,
            "attentionSums",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    AttentionRowValues::attentionSums,
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
                    a.floats(8)));

    /** That, and the product of the output with its gradient, which the gradients of all scores of the row share. */
    static final Kernel PRODUCTS = Kernel.into(
            3,
            "attentionProducts",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    AttentionRowValues::attentionProducts,
                    context,
                    meta,
                    a.floats(0),
                    a.floats(1),
                    a.floats(2),
                    a.floats(3)));

    private AttentionRowValues() {}

    static void attentionSums(
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
            FloatArray rowValues) {
        int i = context.globalIdx;
        Outputs.keep(i, rowValues);
        int heads = meta.get(AttentionTiles.HEADS);
        if (i < meta.get(AttentionTiles.ROWS) * heads) {
            int row = i / heads;
            int head = i - row * heads;
            int keyWidth = meta.get(AttentionTiles.KEY_WIDTH);
            // Every row of a sequence sees itself; of the others nothing is asked.
            float largest = -Float.MAX_VALUE;
            float sum = 0;
            for (int key = AttentionTiles.start(meta, offsets, row); key <= row; key++) {
                float bias = AttentionTiles.bias(meta, queryTimes, keyTimes, positionBias, timeBias, row, key);
                float product = AttentionTiles.product(
                        meta, AttentionTiles.Q, q, row, AttentionTiles.K, k, key, head, keyWidth);
                float score = (product + bias) * reals.get(1);
                // A masked key's score, minus infinity, is never the largest.
                if (score > largest) {
                    sum = sum * TornadoMath.exp(largest - score) + 1;
                    largest = score;
                } else {
                    sum += TornadoMath.exp(score - largest);
                }
            }
            float logarithm = 0;
            // Not above: a sum that is no number must stay none.
            if (sum != 0) {
                logarithm = largest + TornadoMath.log(sum);
            }
            rowValues.set(AttentionTiles.rowValues(meta, row, head), logarithm);
        }
    }

    static void attentionProducts(
            KernelContext context,
            IntArray meta,
            FloatArray out,
            FloatArray dOut,
            FloatArray saved,
            FloatArray rowValues) {
        int i = context.globalIdx;
        Outputs.keep(i, rowValues);
        int heads = meta.get(AttentionTiles.HEADS);
        if (i < meta.get(AttentionTiles.ROWS) * heads) {
            int row = i / heads;
            int head = i - row * heads;
            int at = AttentionTiles.rowValues(meta, row, head);
            rowValues.set(at, saved.get(meta.get(AttentionTiles.SAVED) + 2 * i));
            float product = AttentionTiles.product(
                    meta,
                    AttentionTiles.RESULT,
                    out,
                    row,
                    AttentionTiles.OUT,
                    dOut,
                    row,
                    head,
                    meta.get(AttentionTiles.VALUE_WIDTH));
            rowValues.set(at + 1, product);
        }
    }
}
