package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels that pick rows of tables and sum into them. {@code gather}: header (n elements, width, strides of the table's rows and
 * columns, its offset, the indices' stride and offset), a block of the output. {@code scatterAdd}: header (n elements of the table,
 * width, strides of the added rows and columns, their offset, lanes), a block of the table; takes rows in the order of {@link Sorting}.
 * Lanes, as many as {@link #lanes} says, fetch an element's terms, and the first of them adds them up, in ascending order as on the CPU.
 */
final class Rows {
    static final Map<DType, Kernel> GATHER = Map.of(
            DType.F32,
            Kernel.into(
                    2,
                    "gatherF32",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Rows::gatherF32, context, meta, a.floats(0), a.ints(1), a.floats(2))),
            DType.I32,
            Kernel.into(
                    2,
                    "gatherI32",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Rows::gatherI32, context, meta, a.ints(0), a.ints(1), a.ints(2))),
            DType.I64,
            Kernel.into(
                    2,
                    "gatherI64",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Rows::gatherI64, context, meta, a.longs(0), a.ints(1), a.longs(2))));

    static final Map<DType, Kernel> SCATTER_ADD = Map.of(
            DType.F32,
            Kernel.into(
                    3,
                    "scatterAddF32",
                    (graph, id, context, meta, a) -> graph.task(
                            id, Rows::scatterAddF32, context, meta, a.floats(0), a.ints(1), a.ints(2), a.floats(3))),
            DType.I32,
            Kernel.into(
                    3,
                    "scatterAddI32",
                    (graph, id, context, meta, a) -> graph.task(
                            id, Rows::scatterAddI32, context, meta, a.ints(0), a.ints(1), a.ints(2), a.ints(3))),
            DType.I64,
            Kernel.into(
                    3,
                    "scatterAddI64",
                    (graph, id, context, meta, a) -> graph.task(
                            id, Rows::scatterAddI64, context, meta, a.longs(0), a.ints(1), a.ints(2), a.longs(3))));

    /** Items of a group that sums into rows: those of one lane lie side by side. */
    static final int GROUP = 256;

    /** Terms of a sum that pay for a lane. */
    private static final int TERMS = 8;

    /** So many terms are fetched at the same time at least. */
    private static final int LEAST_LANES = 4;

    private static final int MOST_LANES = 32;

    private Rows() {}

    /**
     * Lanes of the sums into rows, a power of two: a table of few rows has long sums, and few elements to share among a device's items.
     *
     * @param n what is summed
     * @param rows into how many
     */
    static int lanes(int n, int rows) {
        return Integer.highestOneBit(Math.clamp(n / rows / TERMS, LEAST_LANES, MOST_LANES));
    }

    /** Groups for sums into this many elements. */
    static Grid sums(int elements, int lanes) {
        return Grid.groups(Math.ceilDiv(elements, GROUP / lanes), GROUP);
    }

    /** Where a row's positions begin among the sorted ones; behind the last row, where they end. */
    private static int first(IntArray ends, int row, int rows) {
        return row == 0 ? 0 : ends.get(Math.min(row, rows) - 1);
    }

    /** The most positions that one of these rows has. With a division in the loop's condition PTX would not compile (docs/decisions/010). */
    private static int longest(IntArray ends, int firstRow, int lastRow, int rows) {
        int longest = 0;
        for (int row = firstRow; row <= lastRow; row++) {
            longest = Math.max(longest, first(ends, row + 1, rows) - first(ends, row, rows));
        }
        return longest;
    }

    static void gatherF32(KernelContext context, IntArray meta, FloatArray table, IntArray indices, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int row = i / meta.get(1);
            int column = i - row * meta.get(1);
            int index = indices.get(row * meta.get(5) + meta.get(6));
            float value = table.get(index * meta.get(2) + column * meta.get(3) + meta.get(4));
            out.set(Meta.position(meta, Meta.HEADER, 0, i), value);
        }
    }

    static void scatterAddF32(
            KernelContext context, IntArray meta, FloatArray added, IntArray order, IntArray ends, FloatArray table) {
        float[] terms = context.allocateFloatLocalArray(GROUP);
        int item = context.localIdx;
        int lanes = meta.get(5);
        int side = GROUP / lanes;
        int lane = item / side;
        int from = context.groupIdx * side;
        int i = from + item - lane * side;
        int row = i / meta.get(1);
        int column = i - row * meta.get(1);
        int rows = meta.get(0) / meta.get(1);
        int first = first(ends, row, rows);
        int count = first(ends, row + 1, rows) - first;
        // All items go through the longest sum of the group, since all meet at its barriers.
        int longest = longest(ends, from / meta.get(1), (from + side - 1) / meta.get(1), rows);
        int to = Meta.position(meta, Meta.HEADER, 0, Math.min(i, meta.get(0) - 1));
        float sum = table.get(to);
        for (int start = 0; start < longest; start += lanes) {
            float term = 0;
            if (start + lane < count) {
                term = added.get(order.get(first + start + lane) * meta.get(2) + column * meta.get(3) + meta.get(4));
            }
            terms[item] = term;
            context.localBarrier();
            if (lane == 0) {
                int end = Math.min(lanes, count - start);
                for (int l = 0; l < end; l++) {
                    sum += terms[l * side + item];
                }
            }
            context.localBarrier();
        }
        if (lane == 0) {
            if (i < meta.get(0)) {
                table.set(to, sum);
            }
        }
    }

    static void gatherI32(KernelContext context, IntArray meta, IntArray table, IntArray indices, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int row = i / meta.get(1);
            int column = i - row * meta.get(1);
            int index = indices.get(row * meta.get(5) + meta.get(6));
            int value = table.get(index * meta.get(2) + column * meta.get(3) + meta.get(4));
            out.set(Meta.position(meta, Meta.HEADER, 0, i), value);
        }
    }

    static void scatterAddI32(
            KernelContext context, IntArray meta, IntArray added, IntArray order, IntArray ends, IntArray table) {
        int[] terms = context.allocateIntLocalArray(GROUP);
        int item = context.localIdx;
        int lanes = meta.get(5);
        int side = GROUP / lanes;
        int lane = item / side;
        int from = context.groupIdx * side;
        int i = from + item - lane * side;
        int row = i / meta.get(1);
        int column = i - row * meta.get(1);
        int rows = meta.get(0) / meta.get(1);
        int first = first(ends, row, rows);
        int count = first(ends, row + 1, rows) - first;
        // All items go through the longest sum of the group, since all meet at its barriers.
        int longest = longest(ends, from / meta.get(1), (from + side - 1) / meta.get(1), rows);
        int to = Meta.position(meta, Meta.HEADER, 0, Math.min(i, meta.get(0) - 1));
        int sum = table.get(to);
        for (int start = 0; start < longest; start += lanes) {
            int term = 0;
            if (start + lane < count) {
                term = added.get(order.get(first + start + lane) * meta.get(2) + column * meta.get(3) + meta.get(4));
            }
            terms[item] = term;
            context.localBarrier();
            if (lane == 0) {
                int end = Math.min(lanes, count - start);
                for (int l = 0; l < end; l++) {
                    sum += terms[l * side + item];
                }
            }
            context.localBarrier();
        }
        if (lane == 0) {
            if (i < meta.get(0)) {
                table.set(to, sum);
            }
        }
    }

    static void gatherI64(KernelContext context, IntArray meta, LongArray table, IntArray indices, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int row = i / meta.get(1);
            int column = i - row * meta.get(1);
            int index = indices.get(row * meta.get(5) + meta.get(6));
            long value = table.get(index * meta.get(2) + column * meta.get(3) + meta.get(4));
            out.set(Meta.position(meta, Meta.HEADER, 0, i), value);
        }
    }

    static void scatterAddI64(
            KernelContext context, IntArray meta, LongArray added, IntArray order, IntArray ends, LongArray table) {
        long[] terms = context.allocateLongLocalArray(GROUP);
        int item = context.localIdx;
        int lanes = meta.get(5);
        int side = GROUP / lanes;
        int lane = item / side;
        int from = context.groupIdx * side;
        int i = from + item - lane * side;
        int row = i / meta.get(1);
        int column = i - row * meta.get(1);
        int rows = meta.get(0) / meta.get(1);
        int first = first(ends, row, rows);
        int count = first(ends, row + 1, rows) - first;
        // All items go through the longest sum of the group, since all meet at its barriers.
        int longest = longest(ends, from / meta.get(1), (from + side - 1) / meta.get(1), rows);
        int to = Meta.position(meta, Meta.HEADER, 0, Math.min(i, meta.get(0) - 1));
        long sum = table.get(to);
        for (int start = 0; start < longest; start += lanes) {
            long term = 0;
            if (start + lane < count) {
                term = added.get(order.get(first + start + lane) * meta.get(2) + column * meta.get(3) + meta.get(4));
            }
            terms[item] = term;
            context.localBarrier();
            if (lane == 0) {
                int end = Math.min(lanes, count - start);
                for (int l = 0; l < end; l++) {
                    sum += terms[l * side + item];
                }
            }
            context.localBarrier();
        }
        if (lane == 0) {
            if (i < meta.get(0)) {
                table.set(to, sum);
            }
        }
    }
}
