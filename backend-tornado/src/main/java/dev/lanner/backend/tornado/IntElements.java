package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Element-wise kernels on I32: see {@link FloatElements}. */
final class IntElements {
    static final Kernel UNARY = Kernel.into(
            1,
            "unaryI32",
            (graph, id, context, meta, a) ->
                    graph.task(id, IntElements::unaryI32, context, meta, a.ints(0), a.ints(1)));
    static final Kernel BINARY = Kernel.into(
            2,
            "binaryI32",
            (graph, id, context, meta, a) ->
                    graph.task(id, IntElements::binaryI32, context, meta, a.ints(0), a.ints(1), a.ints(2)));
    static final Kernel COMPARE = Kernel.into(
            2,
            "compareI32",
            (graph, id, context, meta, a) ->
                    graph.task(id, IntElements::compareI32, context, meta, a.ints(0), a.ints(1), a.ints(2)));
    static final Kernel SELECT = Kernel.into(
            3,
            "selectI32",
            (graph, id, context, meta, a) ->
                    graph.task(id, IntElements::selectI32, context, meta, a.ints(0), a.ints(1), a.ints(2), a.ints(3)));
    static final Kernel FILL = Kernel.into(
            0,
            "fillI32",
            (graph, id, context, meta, a) -> graph.task(id, IntElements::fillI32, context, meta, a.ints(0)));

    private IntElements() {}

    static void unaryI32(KernelContext context, IntArray meta, IntArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), unary(meta.get(1), value));
        }
    }

    private static int unary(int op, int x) {
        return switch (op) {
            case OpCodes.NEG -> -x;
            case OpCodes.ABS -> x < 0 ? -x : x;
            case OpCodes.SIGN -> x > 0 ? 1 : (x < 0 ? -1 : 0);
            case OpCodes.SQUARE -> x * x;
            default -> x < 0 ? 0 : x; // RELU
        };
    }

    static void binaryI32(KernelContext context, IntArray meta, IntArray a, IntArray b, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int left = a.get(Meta.position(meta, Meta.HEADER, 0, i));
            int right = b.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), binary(meta.get(1), left, right));
        }
    }

    private static int binary(int op, int a, int b) {
        return switch (op) {
            case OpCodes.ADD -> a + b;
            case OpCodes.SUB -> a - b;
            case OpCodes.MUL -> a * b;
            case OpCodes.DIV -> a / b;
            case OpCodes.MAXIMUM -> a > b ? a : b;
            default -> a < b ? a : b; // MINIMUM
        };
    }

    static void compareI32(KernelContext context, IntArray meta, IntArray a, IntArray b, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int left = a.get(Meta.position(meta, Meta.HEADER, 0, i));
            int right = b.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), compare(meta.get(1), left, right));
        }
    }

    private static int compare(int op, int a, int b) {
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

    static void selectI32(
            KernelContext context, IntArray meta, IntArray condition, IntArray a, IntArray b, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int value;
            if (condition.get(Meta.position(meta, Meta.HEADER, 0, i)) != 0) {
                value = a.get(Meta.position(meta, Meta.HEADER, 1, i));
            } else {
                value = b.get(Meta.position(meta, Meta.HEADER, 2, i));
            }
            out.set(Meta.position(meta, Meta.HEADER, 3, i), value);
        }
    }

    static void fillI32(KernelContext context, IntArray meta, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            out.set(Meta.position(meta, Meta.HEADER, 0, i), meta.get(2));
        }
    }
}
