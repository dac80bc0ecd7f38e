package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels that make one element of many: header (n outputs, its {@link OpCodes}, elements of each, where the second block lies). The
 * first block is the way through outputs and the first element of each; the second the way through the elements of one output.
 * F32 is summed in double precision.
 */
final class Reductions {
    /** Work items that reduce one output together. */
    static final int GROUP = 64;

    /** A work item for each output. */
    static final Map<DType, Kernel> SINGLE = Map.of(
            DType.F32,
            Kernel.into(
                    1,
                    "reduceF32",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Reductions::reduceF32, context, meta, a.floats(0), a.floats(1))),
            DType.I32,
            Kernel.into(
                    1,
                    "reduceI32",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Reductions::reduceI32, context, meta, a.ints(0), a.ints(1))),
            DType.I64,
            Kernel.into(
                    1,
                    "reduceI64",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Reductions::reduceI64, context, meta, a.longs(0), a.longs(1))));

    /** A group for each output. */
    static final Kernel GROUPED = Kernel.into(
            1,
            "reduceGroupsF32",
            (graph, id, context, meta, a) ->
                    graph.task(id, Reductions::reduceGroupsF32, context, meta, a.floats(0), a.floats(1)));

    private Reductions() {}

    private static double combine(int op, double a, double b) {
        return switch (op) {
            case OpCodes.SUM -> a + b;
            case OpCodes.MAX -> Double.isNaN(a) ? a : (a > b ? a : b);
            default -> Double.isNaN(a) ? a : (a < b ? a : b); // MIN
        };
    }

    private static long combine(int op, long a, long b) {
        return switch (op) {
            case OpCodes.SUM -> a + b;
            case OpCodes.MAX -> a > b ? a : b;
            default -> a < b ? a : b; // MIN
        };
    }

    static void reduceF32(KernelContext context, IntArray meta, FloatArray x, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int op = meta.get(1);
            int count = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            double result = x.get(first + Meta.position(meta, meta.get(3), 0, 0));
            for (int j = 1; j < count; j++) {
                result = combine(op, result, x.get(first + Meta.position(meta, meta.get(3), 0, j)));
            }
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (float) result);
        }
    }

    static void reduceGroupsF32(KernelContext context, IntArray meta, FloatArray x, FloatArray out) {
        double[] partial = context.allocateDoubleLocalArray(GROUP);
        int i = context.groupIdx;
        Outputs.keep(i, out);
        int item = context.localIdx;
        int op = meta.get(1);
        int count = meta.get(2);
        int first = Meta.position(meta, Meta.HEADER, 0, i);
        // There are at least as many elements as items.
        double result = x.get(first + Meta.position(meta, meta.get(3), 0, item));
        for (int j = item + GROUP; j < count; j += GROUP) {
            result = combine(op, result, x.get(first + Meta.position(meta, meta.get(3), 0, j)));
        }
        partial[item] = result;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = combine(op, partial[item], partial[item + half]);
            }
            context.localBarrier();
        }
        if (item == 0) {
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (float) partial[0]);
        }
    }

    static void reduceI32(KernelContext context, IntArray meta, IntArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int op = meta.get(1);
            int count = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            long result = x.get(first + Meta.position(meta, meta.get(3), 0, 0));
            for (int j = 1; j < count; j++) {
                result = combine(op, result, x.get(first + Meta.position(meta, meta.get(3), 0, j)));
            }
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (int) result);
        }
    }

    static void reduceI64(KernelContext context, IntArray meta, LongArray x, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int op = meta.get(1);
            int count = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            long result = x.get(first + Meta.position(meta, meta.get(3), 0, 0));
            for (int j = 1; j < count; j++) {
                result = combine(op, result, x.get(first + Meta.position(meta, meta.get(3), 0, j)));
            }
            out.set(Meta.position(meta, Meta.HEADER, 1, i), result);
        }
    }
}
