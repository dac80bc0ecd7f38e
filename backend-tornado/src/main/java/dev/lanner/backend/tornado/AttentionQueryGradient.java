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
 * HSTU attention backward, by queries: a group makes a tile of 32 rows and 64 columns of dQ, and the sums of its scores' gradients by
 * distance of query and key, and by bucket of their times: a row of the biases' partial gradients for each query tile of each sequence and
 * head. Grid as in {@link AttentionForward}.
 */
final class AttentionQueryGradient {
    static final Kernel KERNEL = new Kernel(
            "attentionQueryGradient",
            0b1_1100_0000_0000,
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    AttentionQueryGradient::attentionQueryGradient,
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
                    a.floats(11),
                    a.floats(12)));

    private AttentionQueryGradient() {}

    static void attentionQueryGradient(
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
            FloatArray dQ,
            FloatArray dPositions,
            FloatArray dTimes) {
        float[] left = context.allocateFloatLocalArray(TILE * PITCH);
        float[] right = context.allocateFloatLocalArray(TILE * PITCH);
        float[] slopes = context.allocateFloatLocalArray(TILE * PITCH);
        int[] buckets = context.allocateIntLocalArray(TILE * PITCH);
        float[] wide = context.allocateFloatLocalArray(TILE * COLUMNS);
        int tx = context.localIdx;
        int ty = context.localIdy;
        int item = ty * ITEMS + tx;
        Outputs.keep(item, dQ);
        Outputs.keep(item, dPositions);
        Outputs.keep(item, dTimes);
        int head = context.groupIdz % meta.get(AttentionTiles.HEADS);
        int sequence = context.groupIdz / meta.get(AttentionTiles.HEADS);
        int start = AttentionTiles.offset(meta, offsets, sequence);
        int end = AttentionTiles.offset(meta, offsets, sequence + 1);
        int query = start + context.groupIdy * TILE;
        int firstColumn = context.groupIdx * COLUMNS;
        int keyWidth = meta.get(AttentionTiles.KEY_WIDTH);
        int valueWidth = meta.get(AttentionTiles.VALUE_WIDTH);
        int maxLength = meta.get(AttentionTiles.MAX_LENGTH);
        int tile = context.groupIdz * ((maxLength + TILE - 1) / TILE) + context.groupIdy;
        int byDistance = tile * maxLength;
        int allBuckets = meta.get(AttentionTiles.BOUNDARIES) + 1;
        int byBucket = tile * TILE * allBuckets;
        // Of the groups for several columns the first one sums by distance and by bucket.
        int isFirst = context.groupIdx == 0 ? 1 : 0;
        int distances = isFirst * maxLength;
        for (int distance = item; distance < distances; distance += ITEMS * ITEMS) {
            dPositions.set(byDistance + distance, 0);
        }
        for (int i = item; i < isFirst * TILE * allBuckets; i += ITEMS * ITEMS) {
            dTimes.set(byBucket + i, 0);
        }
        context.globalBarrier();
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
            int b00 = bucket(meta, queryTimes, keyTimes, query + ty, key + tx, end);
            buckets[tx * PITCH + ty] = b00;
            slopes[tx * PITCH + ty] = slope(
                    meta, reals, positionBias, timeBias, rowValues, head, query + ty, key + tx, end, b00, d00, w00);
            int b01 = bucket(meta, queryTimes, keyTimes, query + ty, key + tx + ITEMS, end);
            buckets[(tx + ITEMS) * PITCH + ty] = b01;
            slopes[(tx + ITEMS) * PITCH + ty] = slope(
                    meta,
                    reals,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty,
                    key + tx + ITEMS,
                    end,
                    b01,
                    d01,
                    w01);
            int b10 = bucket(meta, queryTimes, keyTimes, query + ty + ITEMS, key + tx, end);
            buckets[tx * PITCH + ty + ITEMS] = b10;
            slopes[tx * PITCH + ty + ITEMS] = slope(
                    meta,
                    reals,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty + ITEMS,
                    key + tx,
                    end,
                    b10,
                    d10,
                    w10);
            int b11 = bucket(meta, queryTimes, keyTimes, query + ty + ITEMS, key + tx + ITEMS, end);
            buckets[(tx + ITEMS) * PITCH + ty + ITEMS] = b11;
            slopes[(tx + ITEMS) * PITCH + ty + ITEMS] = slope(
                    meta,
                    reals,
                    positionBias,
                    timeBias,
                    rowValues,
                    head,
                    query + ty + ITEMS,
                    key + tx + ITEMS,
                    end,
                    b11,
                    d11,
                    w11);
            for (int at = item; at < TILE * COLUMNS; at += ITEMS * ITEMS) {
                int r = at / COLUMNS;
                int c = at - r * COLUMNS;
                wide[at] = AttentionTiles.element(
                        meta, AttentionTiles.K, k, key + r, end, head, firstColumn + c, keyWidth);
            }
            context.localBarrier();
            int distance = query - key + item - (TILE - 1);
            // One item for each diagonal of the tile.
            int isDiagonal = (item < 2 * TILE - 1 ? 1 : 0) & (distance >= 0 ? 1 : 0) & (distance < distances ? 1 : 0);
            if (isDiagonal == 1) {
                float sum = 0;
                for (int p = 0; p < TILE; p++) {
                    int row = p + item - (TILE - 1);
                    if (((row >= 0 ? 1 : 0) & (row < TILE ? 1 : 0)) == 1) {
                        sum += slopes[p * PITCH + row];
                    }
                }
                dPositions.set(byDistance + distance, dPositions.get(byDistance + distance) + sum);
            }
            // And one for each query, which adds up what lies in one bucket before it looks for the bucket's sum.
            if (item < isFirst * TILE) {
                int row = byBucket + item * allBuckets;
                int bucket = buckets[item];
                float sum = 0;
                for (int p = 0; p < TILE; p++) {
                    int next = buckets[p * PITCH + item];
                    if (next != bucket) {
                        dTimes.set(row + bucket, dTimes.get(row + bucket) + sum);
                        sum = 0;
                        bucket = next;
                    }
                    sum += slopes[p * PITCH + item];
                }
                dTimes.set(row + bucket, dTimes.get(row + bucket) + sum);
            }
            context.globalBarrier();
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
        }
        for (int bucket = item; bucket < isFirst * allBuckets; bucket += ITEMS * ITEMS) {
            float sum = 0;
            for (int row = 0; row < TILE; row++) {
                sum += dTimes.get(byBucket + row * allBuckets + bucket);
            }
            dTimes.set(byBucket + bucket, sum);
        }
        int column = firstColumn + tx;
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty, end, column, keyWidth, s00);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty, end, column + 16, keyWidth, s01);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty, end, column + 32, keyWidth, s02);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty, end, column + 48, keyWidth, s03);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty + ITEMS, end, column, keyWidth, s10);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty + ITEMS, end, column + 16, keyWidth, s11);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty + ITEMS, end, column + 32, keyWidth, s12);
        store(meta, AttentionTiles.D_Q, dQ, head, query + ty + ITEMS, end, column + 48, keyWidth, s13);
    }

    private static void store(
            IntArray meta, int matrix, FloatArray x, int head, int row, int end, int column, int width, float value) {
        int inside = (row < end ? 1 : 0) & (column < width ? 1 : 0);
        if (inside == 1) {
            x.set(AttentionTiles.at(meta, matrix, row, head * width + column), value);
        }
    }

    /** The bucket of the times of a query and a key that it sees; else 0. */
    private static int bucket(
            IntArray meta, LongArray queryTimes, LongArray keyTimes, int queryRow, int keyRow, int end) {
        int bucket = 0;
        if (AttentionTiles.sees(queryRow, keyRow, end) == 1) {
            bucket = AttentionTiles.bucket(meta, queryTimes, keyTimes, queryRow, keyRow);
        }
        return bucket;
    }

    /** The gradient of a score; 0 where the query does not see the key. */
    private static float slope(
            IntArray meta,
            FloatArray reals,
            FloatArray positionBias,
            FloatArray timeBias,
            FloatArray rowValues,
            int head,
            int queryRow,
            int keyRow,
            int end,
            int bucket,
            float product,
            float dProduct) {
        float slope = 0;
        if (AttentionTiles.sees(queryRow, keyRow, end) == 1) {
            float bias = AttentionTiles.bias(meta, positionBias, timeBias, queryRow - keyRow, bucket);
            slope = AttentionTiles.slope(meta, reals, rowValues, queryRow, head, product + bias, dProduct);
        }
        return slope;
    }
}
