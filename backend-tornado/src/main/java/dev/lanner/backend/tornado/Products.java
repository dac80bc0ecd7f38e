package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The matrix product {@code out = alpha a b + beta out}: a group of 16 x 16 items makes a tile of 64 x 64, by steps of 16 along K
 * through local memory, and each item keeps 4 x 4 of its sums in registers. Any strides, so that transposed operands are views.
 *
 * <p>Header: (M, N, K, strides of rows and columns of a, b and out, how much of K is summed, how much further it begins in each
 * matrix of the batch, rank of out), a block of the first elements of each matrix of a batch; floats: alpha and beta.
 *
 * <p>A product of few tiles and a long K, such as the gradient of a weight, would keep few groups busy for long. It is cut along K into
 * a batch of slices, whose products are summed.
 */
final class Products {
    static final Kernel MATMUL = Kernel.into(
            2,
            "matmul",
            (graph, id, context, meta, a) ->
                    graph.task(id, Products::matmul, context, meta, a.reals(), a.floats(0), a.floats(1), a.floats(2)));

    /** Word of the header with the rank of the result: 2 where there is no batch. */
    static final int RANK = 11;

    /** Rows and columns of a group's tile. */
    static final int TILE = 64;
    /** Items of a group along each side. */
    static final int ITEMS = 16;

    private static final int DEPTH = 16;

    /** Groups that keep a GPU busy. */
    private static final int ENOUGH_GROUPS = 256;
    /** K of a slice, at least. */
    private static final int LEAST_SLICE = 256;

    private Products() {}

    /** The groups of a batch of products. */
    static Grid grid(int m, int n, int batch) {
        Grid.check("product", "rows of a matrix", m, Grid.MOST_GROUPS * TILE);
        Grid.check("product", "matrices in a batch", batch, Grid.MOST_GROUPS);
        return new Grid(new int[] {Math.ceilDiv(n, TILE), Math.ceilDiv(m, TILE), batch}, new int[] {ITEMS, ITEMS, 1});
    }

    /** How long the slices of K are, a multiple of the depth of a step; K itself or more if it is not cut. */
    static int slice(int m, int n, int depth) {
        int tiles = Math.ceilDiv(m, TILE) * Math.ceilDiv(n, TILE);
        int slices = Math.max(1, Math.min(ENOUGH_GROUPS / tiles, depth / LEAST_SLICE));
        return Math.ceilDiv(Math.ceilDiv(depth, slices), DEPTH) * DEPTH;
    }

    static void matmul(
            KernelContext context, IntArray meta, FloatArray reals, FloatArray a, FloatArray b, FloatArray out) {
        float[] left = context.allocateFloatLocalArray(TILE * DEPTH);
        float[] right = context.allocateFloatLocalArray(TILE * DEPTH);
        int tx = context.localIdx;
        int ty = context.localIdy;
        int item = ty * ITEMS + tx;
        Outputs.keep(item, out);
        int column = context.groupIdx * TILE;
        int row = context.groupIdy * TILE;
        int batch = context.groupIdz;
        int m = meta.get(0);
        int n = meta.get(1);
        int start = meta.get(10) * batch;
        int depth = Math.min(meta.get(2), start + meta.get(9));
        int firstA = Meta.position(meta, Meta.HEADER, 0, batch);
        int firstB = Meta.position(meta, Meta.HEADER, 1, batch);
        float s00 = 0;
        float s01 = 0;
        float s02 = 0;
        float s03 = 0;
        float s10 = 0;
        float s11 = 0;
        float s12 = 0;
        float s13 = 0;
        float s20 = 0;
        float s21 = 0;
        float s22 = 0;
        float s23 = 0;
        float s30 = 0;
        float s31 = 0;
        float s32 = 0;
        float s33 = 0;
        for (int k = start; k < depth; k += DEPTH) {
            for (int load = 0; load < 4; load++) {
                int at = item + load * ITEMS * ITEMS;
                // Neighbouring items read neighbouring elements where the strides allow.
                int i = meta.get(4) == 1 ? at / DEPTH : at % TILE;
                int p = meta.get(4) == 1 ? at % DEPTH : at / TILE;
                float valueA = 0;
                if (row + i < m && k + p < depth) {
                    valueA = a.get(firstA + (row + i) * meta.get(3) + (k + p) * meta.get(4));
                }
                left[p * TILE + i] = valueA;
                int j = meta.get(5) == 1 ? at / DEPTH : at % TILE;
                int q = meta.get(5) == 1 ? at % DEPTH : at / TILE;
                float valueB = 0;
                if (column + j < n && k + q < depth) {
                    valueB = b.get(firstB + (k + q) * meta.get(5) + (column + j) * meta.get(6));
                }
                right[q * TILE + j] = valueB;
            }
            context.localBarrier();
            for (int p = 0; p < DEPTH; p++) {
                int fromA = p * TILE + ty;
                int fromB = p * TILE + tx;
                float a0 = left[fromA];
                float a1 = left[fromA + 16];
                float a2 = left[fromA + 32];
                float a3 = left[fromA + 48];
                float b0 = right[fromB];
                float b1 = right[fromB + 16];
                float b2 = right[fromB + 32];
                float b3 = right[fromB + 48];
                s00 += a0 * b0;
                s01 += a0 * b1;
                s02 += a0 * b2;
                s03 += a0 * b3;
                s10 += a1 * b0;
                s11 += a1 * b1;
                s12 += a1 * b2;
                s13 += a1 * b3;
                s20 += a2 * b0;
                s21 += a2 * b1;
                s22 += a2 * b2;
                s23 += a2 * b3;
                s30 += a3 * b0;
                s31 += a3 * b1;
                s32 += a3 * b2;
                s33 += a3 * b3;
            }
            context.localBarrier();
        }
        int first = Meta.position(meta, Meta.HEADER, 2, batch);
        store(meta, reals, out, first, row + ty, column + tx, s00, s01, s02, s03);
        store(meta, reals, out, first, row + ty + 16, column + tx, s10, s11, s12, s13);
        store(meta, reals, out, first, row + ty + 32, column + tx, s20, s21, s22, s23);
        store(meta, reals, out, first, row + ty + 48, column + tx, s30, s31, s32, s33);
    }

    private static void store(
            IntArray meta,
            FloatArray reals,
            FloatArray out,
            int first,
            int row,
            int column,
            float s0,
            float s1,
            float s2,
            float s3) {
        store(meta, reals, out, first, row, column, s0);
        store(meta, reals, out, first, row, column + 16, s1);
        store(meta, reals, out, first, row, column + 32, s2);
        store(meta, reals, out, first, row, column + 48, s3);
    }

    private static void store(
            IntArray meta, FloatArray reals, FloatArray out, int first, int row, int column, float sum) {
        if (row < meta.get(0) && column < meta.get(1)) {
            int at = first + row * meta.get(7) + column * meta.get(8);
            float beta = reals.get(1);
            float scaled = reals.get(0) * sum;
            if (beta != 0) {
                scaled += beta * out.get(at);
            }
            out.set(at, scaled);
        }
    }
}
