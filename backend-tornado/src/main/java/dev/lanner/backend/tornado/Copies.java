package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** Kernels that copy elements between layouts and dtypes: header (n), one block. */
final class Copies {
    private static final Map<DType, Map<DType, Kernel>> KERNELS = Map.of(
            DType.F32,
            Map.of(
                    DType.F32,
                    Kernel.into(
                            1,
                            "copyF32ToF32",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyF32ToF32, context, meta, a.floats(0), a.floats(1))),
                    DType.I32,
                    Kernel.into(
                            1,
                            "copyF32ToI32",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyF32ToI32, context, meta, a.floats(0), a.ints(1))),
                    DType.I64,
                    Kernel.into(
                            1,
                            "copyF32ToI64",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyF32ToI64, context, meta, a.floats(0), a.longs(1)))),
            DType.I32,
            Map.of(
                    DType.F32,
                    Kernel.into(
                            1,
                            "copyI32ToF32",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyI32ToF32, context, meta, a.ints(0), a.floats(1))),
                    DType.I32,
                    Kernel.into(
                            1,
                            "copyI32ToI32",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyI32ToI32, context, meta, a.ints(0), a.ints(1))),
                    DType.I64,
                    Kernel.into(
                            1,
                            "copyI32ToI64",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyI32ToI64, context, meta, a.ints(0), a.longs(1)))),
            DType.I64,
            Map.of(
                    DType.F32,
                    Kernel.into(
                            1,
                            "copyI64ToF32",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyI64ToF32, context, meta, a.longs(0), a.floats(1))),
                    DType.I32,
                    Kernel.into(
                            1,
                            "copyI64ToI32",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyI64ToI32, context, meta, a.longs(0), a.ints(1))),
                    DType.I64,
                    Kernel.into(
                            1,
                            "copyI64ToI64",
                            (graph, id, context, meta, a) ->
                                    graph.task(id, Copies::copyI64ToI64, context, meta, a.longs(0), a.longs(1)))));

    private Copies() {}

    /** The kernel from one dtype to another. */
    static Kernel kernel(DType from, DType to) {
        return KERNELS.get(from).get(to);
    }

    static void copyF32ToF32(KernelContext context, IntArray meta, FloatArray x, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), value);
        }
    }

    static void copyF32ToI32(KernelContext context, IntArray meta, FloatArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (int) value);
        }
    }

    static void copyF32ToI64(KernelContext context, IntArray meta, FloatArray x, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (long) value);
        }
    }

    static void copyI32ToF32(KernelContext context, IntArray meta, IntArray x, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (float) value);
        }
    }

    static void copyI32ToI32(KernelContext context, IntArray meta, IntArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), value);
        }
    }

    static void copyI32ToI64(KernelContext context, IntArray meta, IntArray x, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (long) value);
        }
    }

    static void copyI64ToF32(KernelContext context, IntArray meta, LongArray x, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (float) value);
        }
    }

    static void copyI64ToI32(KernelContext context, IntArray meta, LongArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), (int) value);
        }
    }

    static void copyI64ToI64(KernelContext context, IntArray meta, LongArray x, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), value);
        }
    }
}
