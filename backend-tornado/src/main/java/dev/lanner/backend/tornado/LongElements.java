package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** Element-wise kernels on I64: see {@link FloatElements}. */
final class LongElements {
    static final Kernel UNARY = Kernel.into(
            1,
            "unaryI64",
            (graph, id, context, meta, a) ->
                    graph.task(id, LongElements::unaryI64, context, meta, a.longs(0), a.longs(1)));
    static final Kernel BINARY = Kernel.into(
            2,
            "binaryI64",
            (graph, id, context, meta, a) ->
                    graph.task(id, LongElements::binaryI64, context, meta, a.longs(0), a.longs(1), a.longs(2)));
    static final Kernel COMPARE = Kernel.into(
            2,
            "compareI64",
            (graph, id, context, meta, a) ->
                    graph.task(id, LongElements::compareI64, context, meta, a.longs(0), a.longs(1), a.ints(2)));
    static final Kernel SELECT = Kernel.into(
            3,
            "selectI64",
            (graph, id, context, meta, a) -> graph.task(
                    id, LongElements::selectI64, context, meta, a.ints(0), a.longs(1), a.longs(2), a.longs(3)));
    static final Kernel FILL = Kernel.into(
            0,
            "fillI64",
            (graph, id, context, meta, a) -> graph.task(id, LongElements::fillI64, context, meta, a.longs(0)));

    private LongElements() {}

    static void unaryI64(KernelContext context, IntArray meta, LongArray x, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), unary(meta.get(1), value));
        }
    }

    private static long unary(int op, long x) {
        return switch (op) {
            case OpCodes.NEG -> -x;
            case OpCodes.ABS -> x < 0 ? -x : x;
            case OpCodes.SIGN -> x > 0 ? 1 : (x < 0 ? -1 : 0);
            case OpCodes.SQUARE -> x * x;
            default -> x < 0 ? 0 : x; // RELU
        };
    }

    static void binaryI64(KernelContext context, IntArray meta, LongArray a, LongArray b, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long left = a.get(Meta.position(meta, Meta.HEADER, 0, i));
            long right = b.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), binary(meta.get(1), left, right));
        }
    }

    private static long binary(int op, long a, long b) {
        return switch (op) {
            case OpCodes.ADD -> a + b;
            case OpCodes.SUB -> a - b;
            case OpCodes.MUL -> a * b;
            case OpCodes.DIV -> a / b;
            case OpCodes.MAXIMUM -> a > b ? a : b;
            default -> a < b ? a : b; // MINIMUM
        };
    }

    static void compareI64(KernelContext context, IntArray meta, LongArray a, LongArray b, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long left = a.get(Meta.position(meta, Meta.HEADER, 0, i));
            long right = b.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), compare(meta.get(1), left, right));
        }
    }

    private static int compare(int op, long a, long b) {
        int equal = a == b ? 1 : 0;
        int less = a < b ? 1 : 0;
        return switch (op) {
            case OpCodes.EQUAL -> equal;
            case OpCodes.NOT_EQUAL -> 1 - equal;
            case OpCodes.LESS -> less;
            case OpCodes.LESS_EQUAL -> less | equal;
            case OpCodes.GREATER -> 1 - (less | equal);
            default -> 1 - less; // GREATER_EQUAL
        };
    }

    static void selectI64(
            KernelContext context, IntArray meta, IntArray condition, LongArray a, LongArray b, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long value;
            if (condition.get(Meta.position(meta, Meta.HEADER, 0, i)) != 0) {
                value = a.get(Meta.position(meta, Meta.HEADER, 1, i));
            } else {
                value = b.get(Meta.position(meta, Meta.HEADER, 2, i));
            }
            out.set(Meta.position(meta, Meta.HEADER, 3, i), value);
        }
    }

    static void fillI64(KernelContext context, IntArray meta, LongArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            out.set(Meta.position(meta, Meta.HEADER, 0, i), ((long) meta.get(3) << 32) | (meta.get(2) & 0xFFFFFFFFL));
        }
    }
}
