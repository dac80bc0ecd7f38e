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
 * width, strides of the added rows and columns, their offset), a block of the table; takes rows in the order of {@link Sorting}.
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

    private Rows() {}

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
            KernelContext context, IntArray meta, FloatArray rows, IntArray order, IntArray ends, FloatArray table) {
        int i = context.globalIdx;
        if (i < meta.get(0)) {
            int row = i / meta.get(1);
            int column = i - row * meta.get(1);
            int first = row == 0 ? 0 : ends.get(row - 1);
            int to = Meta.position(meta, Meta.HEADER, 0, i);
            float sum = table.get(to);
            for (int j = first; j < ends.get(row); j++) {
                sum += rows.get(order.get(j) * meta.get(2) + column * meta.get(3) + meta.get(4));
            }
            table.set(to, sum);
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
            KernelContext context, IntArray meta, IntArray rows, IntArray order, IntArray ends, IntArray table) {
        int i = context.globalIdx;
        if (i < meta.get(0)) {
            int row = i / meta.get(1);
            int column = i - row * meta.get(1);
            int first = row == 0 ? 0 : ends.get(row - 1);
            int to = Meta.position(meta, Meta.HEADER, 0, i);
            int sum = table.get(to);
            for (int j = first; j < ends.get(row); j++) {
                sum += rows.get(order.get(j) * meta.get(2) + column * meta.get(3) + meta.get(4));
            }
            table.set(to, sum);
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
            KernelContext context, IntArray meta, LongArray rows, IntArray order, IntArray ends, LongArray table) {
        int i = context.globalIdx;
        if (i < meta.get(0)) {
            int row = i / meta.get(1);
            int column = i - row * meta.get(1);
            int first = row == 0 ? 0 : ends.get(row - 1);
            int to = Meta.position(meta, Meta.HEADER, 0, i);
            long sum = table.get(to);
            for (int j = first; j < ends.get(row); j++) {
                sum += rows.get(order.get(j) * meta.get(2) + column * meta.get(3) + meta.get(4));
            }
            table.set(to, sum);
        }
    }
}
