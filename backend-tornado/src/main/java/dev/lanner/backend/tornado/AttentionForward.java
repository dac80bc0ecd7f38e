package dev.lanner.backend.tornado;

import static dev.lanner.backend.tornado.AttentionTiles.COLUMNS;
import static dev.lanner.backend.tornado.AttentionTiles.ITEMS;
import static dev.lanner.backend.tornado.AttentionTiles.PITCH;
import static dev.lanner.backend.tornado.AttentionTiles.TILE;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * HSTU attention forward: a group makes a tile of 32 rows and 64 columns of one head's result. It walks through the tiles of keys that
 * its queries see, computes their scores, and keeps 2 x 4 sums in the registers of each item. Grid: (columns, query tiles, sequences
 * times heads).
 */
final class AttentionForward {
    static final Kernel KERNEL = Kernel.into(
            9,
            "attentionForward",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    AttentionForward::attentionForward,
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
                    a.floats(9)));

    private AttentionForward() {}

    static void attentionForward(
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
            FloatArray out) {
        float[] left = context.allocateFloatLocalArray(TILE * PITCH);
        float[] right = context.allocateFloatLocalArray(TILE * PITCH);
        float[] weights = context.allocateFloatLocalArray(TILE * PITCH);
        float[] values = context.allocateFloatLocalArray(TILE * COLUMNS);
        int tx = context.localIdx;
        int ty = context.localIdy;
        int item = ty * ITEMS + tx;
        Outputs.keep(item, out);
        int head = context.groupIdz % meta.get(AttentionTiles.HEADS);
        int sequence = context.groupIdz / meta.get(AttentionTiles.HEADS);
        int start = AttentionTiles.offset(meta, offsets, sequence);
        int end = AttentionTiles.offset(meta, offsets, sequence + 1);
        int query = start + context.groupIdy * TILE;
        int firstColumn = context.groupIdx * COLUMNS;
        int keyWidth = meta.get(AttentionTiles.KEY_WIDTH);
        int valueWidth = meta.get(AttentionTiles.VALUE_WIDTH);
        // No key for queries past the end: all items of the group go the same way, so that they meet at the barriers.
        int lastKey = query < end ? query : start - 1;
        float s00 = 0;
        float s01 = 0;
        float s02 = 0;
        float s03 = 0;
        float s10 = 0;
        float s11 = 0;
        float s12 = 0;
        float s13 = 0;
        for (int key = start; key <= lastKey; key += TILE) {
            float d00 = 0;
            float d01 = 0;
            float d10 = 0;
            float d11 = 0;
            for (int column = 0; column < keyWidth; column += TILE) {
                for (int at = item; at < TILE * TILE; at += ITEMS * ITEMS) {
                    int r = at / TILE;
                    int c = at - r * TILE;
                    left[c * PITCH + r] = AttentionTiles.element(
                            meta, AttentionTiles.Q, q, query + r, end, head, column + c, keyWidth);
                    right[c * PITCH + r] =
                            AttentionTiles.element(meta, AttentionTiles.K, k, key + r, end, head, column + c, keyWidth);
                }
                int depth = Math.min(TILE, keyWidth - column);
                context.localBarrier();
                for (int p = 0; p < depth; p++) {
                    float a0 = left[p * PITCH + ty];
                    float a1 = left[p * PITCH + ty + ITEMS];
                    float b0 = right[p * PITCH + tx];
                    float b1 = right[p * PITCH + tx + ITEMS];
                    d00 += a0 * b0;
                    d01 += a0 * b1;
                    d10 += a1 * b0;
                    d11 += a1 * b1;
                }
                context.localBarrier();
            }
            weights[tx * PITCH + ty] = weight(
                    meta,
                    reals,
                    queryTimes,
                    keyTimes,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty,
                    key + tx,
                    end,
                    d00);
            weights[(tx + ITEMS) * PITCH + ty] = weight(
                    meta,
                    reals,
                    queryTimes,
                    keyTimes,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty,
                    key + tx + ITEMS,
                    end,
                    d01);
            weights[tx * PITCH + ty + ITEMS] = weight(
                    meta,
                    reals,
                    queryTimes,
                    keyTimes,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty + ITEMS,
                    key + tx,
                    end,
                    d10);
            weights[(tx + ITEMS) * PITCH + ty + ITEMS] = weight(
                    meta,
                    reals,
                    queryTimes,
                    keyTimes,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty + ITEMS,
                    key + tx + ITEMS,
                    end,
                    d11);
            for (int at = item; at < TILE * COLUMNS; at += ITEMS * ITEMS) {
                int r = at / COLUMNS;
                int c = at - r * COLUMNS;
                values[at] = AttentionTiles.element(
                        meta, AttentionTiles.V, v, key + r, end, head, firstColumn + c, valueWidth);
            }
            context.localBarrier();
            for (int p = 0; p < TILE; p++) {
                float w0 = weights[p * PITCH + ty];
                float w1 = weights[p * PITCH + ty + ITEMS];
                float v0 = values[p * COLUMNS + tx];
                float v1 = values[p * COLUMNS + tx + 16];
                float v2 = values[p * COLUMNS + tx + 32];
                float v3 = values[p * COLUMNS + tx + 48];
                s00 += w0 * v0;
                s01 += w0 * v1;
                s02 += w0 * v2;
                s03 += w0 * v3;
                s10 += w1 * v0;
                s11 += w1 * v1;
                s12 += w1 * v2;
                s13 += w1 * v3;
            }
            context.localBarrier();
        }
        float divisor = reals.get(0);
        int column = firstColumn + tx;
        store(meta, out, head, query + ty, end, column, valueWidth, s00 / divisor);
        store(meta, out, head, query + ty, end, column + 16, valueWidth, s01 / divisor);
        store(meta, out, head, query + ty, end, column + 32, valueWidth, s02 / divisor);
        store(meta, out, head, query + ty, end, column + 48, valueWidth, s03 / divisor);
        store(meta, out, head, query + ty + ITEMS, end, column, valueWidth, s10 / divisor);
        store(meta, out, head, query + ty + ITEMS, end, column + 16, valueWidth, s11 / divisor);
        store(meta, out, head, query + ty + ITEMS, end, column + 32, valueWidth, s12 / divisor);
        store(meta, out, head, query + ty + ITEMS, end, column + 48, valueWidth, s13 / divisor);
    }

    private static void store(
            IntArray meta, FloatArray out, int head, int row, int end, int column, int width, float value) {
        int inside = (row < end ? 1 : 0) & (column < width ? 1 : 0);
        if (inside == 1) {
            out.set(AttentionTiles.at(meta, AttentionTiles.OUT, row, head * width + column), value);
        }
    }

    private static float weight(
            IntArray meta,
            FloatArray reals,
            LongArray queryTimes,
            LongArray keyTimes,
            FloatArray positionBias,
            FloatArray timeBias,
            FloatArray rowValues,
            int head,
            int queryRow,
            int keyRow,
            int end,
            float product) {
        float weight = 0;
        if (AttentionTiles.sees(queryRow, keyRow, end) == 1) {
            float bias = AttentionTiles.bias(meta, queryTimes, keyTimes, positionBias, timeBias, queryRow, keyRow);
            weight = AttentionTiles.weight(meta, reals, rowValues, queryRow, head, product + bias);
        }
        return weight;
    }
}
