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
 * HSTU attention backward, by keys: a group makes a tile of 32 rows and 64 columns of dK and of dV, walking through the tiles of the
 * queries that see its keys. Grid: (columns, key tiles, sequences times heads).
 */
final class AttentionKeyGradient {
    static final Kernel KERNEL = new Kernel(
            "attentionKeyGradient",
            0b1100_0000_0000,
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    AttentionKeyGradient::attentionKeyGradient,
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
                    a.floats(10),
                    a.floats(11)));

    private AttentionKeyGradient() {}

    static void attentionKeyGradient(
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
            FloatArray dK,
            FloatArray dV) {
        float[] left = context.allocateFloatLocalArray(TILE * PITCH);
        float[] right = context.allocateFloatLocalArray(TILE * PITCH);
        float[] weights = context.allocateFloatLocalArray(TILE * PITCH);
        float[] slopes = context.allocateFloatLocalArray(TILE * PITCH);
        float[] wide = context.allocateFloatLocalArray(TILE * COLUMNS);
        int tx = context.localIdx;
        int ty = context.localIdy;
        int item = ty * ITEMS + tx;
        Outputs.keep(item, dK);
        Outputs.keep(item, dV);
        int head = context.groupIdz % meta.get(AttentionTiles.HEADS);
        int sequence = context.groupIdz / meta.get(AttentionTiles.HEADS);
        int start = AttentionTiles.offset(meta, offsets, sequence);
        int end = AttentionTiles.offset(meta, offsets, sequence + 1);
        int key = start + context.groupIdy * TILE;
        int firstColumn = context.groupIdx * COLUMNS;
        int keyWidth = meta.get(AttentionTiles.KEY_WIDTH);
        int valueWidth = meta.get(AttentionTiles.VALUE_WIDTH);
        float s00 = 0;
        float s01 = 0;
        float s02 = 0;
        float s03 = 0;
        float s10 = 0;
        float s11 = 0;
        float s12 = 0;
        float s13 = 0;
        float t00 = 0;
        float t01 = 0;
        float t02 = 0;
        float t03 = 0;
        float t10 = 0;
        float t11 = 0;
        float t12 = 0;
        float t13 = 0;
        for (int query = key; query < end; query += TILE) {
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
            float w00 = 0;
            float w01 = 0;
            float w10 = 0;
            float w11 = 0;
            for (int column = 0; column < valueWidth; column += TILE) {
                for (int at = item; at < TILE * TILE; at += ITEMS * ITEMS) {
                    int r = at / TILE;
                    int c = at - r * TILE;
                    left[c * PITCH + r] = AttentionTiles.element(
                            meta, AttentionTiles.OUT, dOut, query + r, end, head, column + c, valueWidth);
                    right[c * PITCH + r] = AttentionTiles.element(
                            meta, AttentionTiles.V, v, key + r, end, head, column + c, valueWidth);
                }
                int depth = Math.min(TILE, valueWidth - column);
                context.localBarrier();
                for (int p = 0; p < depth; p++) {
                    float a0 = left[p * PITCH + ty];
                    float a1 = left[p * PITCH + ty + ITEMS];
                    float b0 = right[p * PITCH + tx];
                    float b1 = right[p * PITCH + tx + ITEMS];
                    w00 += a0 * b0;
                    w01 += a0 * b1;
                    w10 += a1 * b0;
                    w11 += a1 * b1;
                }
                context.localBarrier();
            }
            weights[ty * PITCH + tx] = weight(
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
            slopes[ty * PITCH + tx] = slope(
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
                    d00,
                    w00);
            weights[ty * PITCH + tx + ITEMS] = weight(
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
            slopes[ty * PITCH + tx + ITEMS] = slope(
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
                    d01,
                    w01);
            weights[(ty + ITEMS) * PITCH + tx] = weight(
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
            slopes[(ty + ITEMS) * PITCH + tx] = slope(
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
                    d10,
                    w10);
            weights[(ty + ITEMS) * PITCH + tx + ITEMS] = weight(
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
            slopes[(ty + ITEMS) * PITCH + tx + ITEMS] = slope(
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
                    d11,
                    w11);
            for (int at = item; at < TILE * COLUMNS; at += ITEMS * ITEMS) {
                int r = at / COLUMNS;
                int c = at - r * COLUMNS;
                wide[at] = AttentionTiles.element(
                        meta, AttentionTiles.Q, q, query + r, end, head, firstColumn + c, keyWidth);
            }
            context.localBarrier();
            for (int p = 0; p < TILE; p++) {
                float w0 = slopes[p * PITCH + ty];
                float w1 = slopes[p * PITCH + ty + ITEMS];
                float x0 = wide[p * COLUMNS + tx];
                float x1 = wide[p * COLUMNS + tx + 16];
                float x2 = wide[p * COLUMNS + tx + 32];
                float x3 = wide[p * COLUMNS + tx + 48];
                s00 += w0 * x0;
                s01 += w0 * x1;
                s02 += w0 * x2;
                s03 += w0 * x3;
                s10 += w1 * x0;
                s11 += w1 * x1;
                s12 += w1 * x2;
                s13 += w1 * x3;
            }
            context.localBarrier();
            for (int at = item; at < TILE * COLUMNS; at += ITEMS * ITEMS) {
                int r = at / COLUMNS;
                int c = at - r * COLUMNS;
                wide[at] = AttentionTiles.element(
                        meta, AttentionTiles.OUT, dOut, query + r, end, head, firstColumn + c, valueWidth);
            }
            context.localBarrier();
            for (int p = 0; p < TILE; p++) {
                float w0 = weights[p * PITCH + ty];
                float w1 = weights[p * PITCH + ty + ITEMS];
                float x0 = wide[p * COLUMNS + tx];
                float x1 = wide[p * COLUMNS + tx + 16];
                float x2 = wide[p * COLUMNS + tx + 32];
                float x3 = wide[p * COLUMNS + tx + 48];
                t00 += w0 * x0;
                t01 += w0 * x1;
                t02 += w0 * x2;
                t03 += w0 * x3;
                t10 += w1 * x0;
                t11 += w1 * x1;
                t12 += w1 * x2;
                t13 += w1 * x3;
            }
            context.localBarrier();
        }
        int column = firstColumn + tx;
        store(meta, AttentionTiles.D_K, dK, head, key + ty, end, column, keyWidth, s00);
        store(meta, AttentionTiles.D_K, dK, head, key + ty, end, column + 16, keyWidth, s01);
        store(meta, AttentionTiles.D_K, dK, head, key + ty, end, column + 32, keyWidth, s02);
        store(meta, AttentionTiles.D_K, dK, head, key + ty, end, column + 48, keyWidth, s03);
        store(meta, AttentionTiles.D_K, dK, head, key + ty + ITEMS, end, column, keyWidth, s10);
        store(meta, AttentionTiles.D_K, dK, head, key + ty + ITEMS, end, column + 16, keyWidth, s11);
        store(meta, AttentionTiles.D_K, dK, head, key + ty + ITEMS, end, column + 32, keyWidth, s12);
        store(meta, AttentionTiles.D_K, dK, head, key + ty + ITEMS, end, column + 48, keyWidth, s13);
        store(meta, AttentionTiles.D_V, dV, head, key + ty, end, column, valueWidth, t00);
        store(meta, AttentionTiles.D_V, dV, head, key + ty, end, column + 16, valueWidth, t01);
        store(meta, AttentionTiles.D_V, dV, head, key + ty, end, column + 32, valueWidth, t02);
        store(meta, AttentionTiles.D_V, dV, head, key + ty, end, column + 48, valueWidth, t03);
        store(meta, AttentionTiles.D_V, dV, head, key + ty + ITEMS, end, column, valueWidth, t10);
        store(meta, AttentionTiles.D_V, dV, head, key + ty + ITEMS, end, column + 16, valueWidth, t11);
        store(meta, AttentionTiles.D_V, dV, head, key + ty + ITEMS, end, column + 32, valueWidth, t12);
        store(meta, AttentionTiles.D_V, dV, head, key + ty + ITEMS, end, column + 48, valueWidth, t13);
    }

    private static void store(
            IntArray meta, int matrix, FloatArray x, int head, int row, int end, int column, int width, float value) {
        int inside = (row < end ? 1 : 0) & (column < width ? 1 : 0);
        if (inside == 1) {
            x.set(AttentionTiles.at(meta, matrix, row, head * width + column), value);
        }
    }

    /** The gradient of a score; 0 where the query does not see the key. */
    private static float slope(
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
            float product,
            float dProduct) {
        float slope = 0;
        if (AttentionTiles.sees(queryRow, keyRow, end) == 1) {
            float bias = AttentionTiles.bias(meta, queryTimes, keyTimes, positionBias, timeBias, queryRow, keyRow);
            slope = AttentionTiles.slope(meta, reals, rowValues, queryRow, head, product + bias, dProduct);
        }
        return slope;
    }

    /** The weight of a value. */
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
            weight = AttentionTiles.weight(meta, reals, rowValues, queryRow, head, product + bias) / reals.get(0);
        }
        return weight;
    }
}
