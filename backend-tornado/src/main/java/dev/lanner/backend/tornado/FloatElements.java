package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Element-wise kernels on F32: header (n, code of the function), one block. The codes are {@link OpCodes}.
 * Comparisons are written with {@code <}, {@code >} and {@code ==} only: compiled for a device, {@code >=} and {@code <=} hold for NaN.
 */
final class FloatElements {
    static final Kernel UNARY = Kernel.into(
            1,
            "unaryF32",
            (graph, id, context, meta, a) ->
                    graph.task(id, FloatElements::unaryF32, context, meta, a.floats(0), a.floats(1)));
    static final Kernel BINARY = Kernel.into(
            2,
            "binaryF32",
            (graph, id, context, meta, a) ->
                    graph.task(id, FloatElements::binaryF32, context, meta, a.floats(0), a.floats(1), a.floats(2)));
    static final Kernel COMPARE = Kernel.into(
            2,
            "compareF32",
            (graph, id, context, meta, a) ->
                    graph.task(id, FloatElements::compareF32, context, meta, a.floats(0), a.floats(1), a.ints(2)));
    static final Kernel SELECT = Kernel.into(
            3,
            "selectF32",
            (graph, id, context, meta, a) -> graph.task(
                    id, FloatElements::selectF32, context, meta, a.ints(0), a.floats(1), a.floats(2), a.floats(3)));
    static final Kernel FILL = Kernel.into(
            0,
            "fillF32",
            (graph, id, context, meta, a) ->
                    graph.task(id, FloatElements::fillF32, context, meta, a.reals(), a.floats(0)));

    private FloatElements() {}

    static void unaryF32(KernelContext context, IntArray meta, FloatArray x, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float value = x.get(Meta.position(meta, Meta.HEADER, 0, i));
            out.set(Meta.position(meta, Meta.HEADER, 1, i), unary(meta.get(1), value));
        }
    }

    private static float unary(int op, float x) {
        return switch (op) {
            case OpCodes.NEG -> -x;
            case OpCodes.ABS -> TornadoMath.abs(x);
            case OpCodes.SIGN -> x > 0 ? 1 : (x < 0 ? -1 : x);
            case OpCodes.EXP -> TornadoMath.exp(x);
            case OpCodes.LOG -> log(x);
            case OpCodes.SQRT -> TornadoMath.sqrt(x);
            case OpCodes.SQUARE -> x * x;
            case OpCodes.RECIPROCAL -> 1 / x;
            case OpCodes.TANH -> tanh(x);
            case OpCodes.SIGMOID -> sigmoid(x);
            case OpCodes.SILU -> silu(x);
            case OpCodes.RELU -> x < 0 ? 0 : x;
            default -> erf(x); // ERF
        };
    }

    static float sigmoid(float x) {
        return 1 / (1 + TornadoMath.exp(-x));
    }

    /** {@code x sigmoid(x)}, with its limit 0 at minus infinity. */
    static float silu(float x) {
        return x == Float.NEGATIVE_INFINITY ? 0 : x / (1 + TornadoMath.exp(-x));
    }

    /** Near 1 the series of {@code 2 atanh((x - 1) / (x + 1))}; PTX's own is an approximation, off by up to 2^-22 there. */
    private static float log(float x) {
        float result = TornadoMath.log(x);
        if (TornadoMath.abs(x - 1) < 0.3f) {
            float ratio = (x - 1) / (x + 1);
            float square = ratio * ratio;
            float series = 1f / 9 * square + 1f / 7;
            series = series * square + 1f / 5;
            series = series * square + 1f / 3;
            result = 2 * ratio + 2 * ratio * (square * series);
        }
        return result;
    }

    /** Near 0 an odd polynomial, as the CPU's; beyond by the exponential. PTX's own is an approximation, off by up to 2^-11. */
    private static float tanh(float x) {
        float magnitude = TornadoMath.abs(x);
        float square = x * x;
        float result;
        if (magnitude < 0.625f) {
            float p = -0.0057049873f * square + 0.020639088f;
            p = p * square - 0.053739715f;
            p = p * square + 0.13331442f;
            p = p * square - 0.3333328f;
            result = x + x * (square * p);
        } else {
            float positive = 1 - 2 / (TornadoMath.exp(magnitude + magnitude) + 1);
            result = x < 0 ? -positive : positive;
        }
        return result;
    }

    /** Below 1 the Taylor series, whose terms alternate mildly there; above Abramowitz and Stegun 7.1.26, off by at most 1.5e-7. */
    private static float erf(float x) {
        float magnitude = TornadoMath.abs(x);
        float square = x * x;
        float result;
        if (magnitude < 1) {
            float series = 1f / 685440;
            series = 1f / 75600 - square * series;
            series = 1f / 9360 - square * series;
            series = 1f / 1320 - square * series;
            series = 1f / 216 - square * series;
            series = 1f / 42 - square * series;
            series = 1f / 10 - square * series;
            series = 1f / 3 - square * series;
            result = 1.1283792f * x * (1 - square * series);
        } else {
            float t = 1 / (1 + 0.3275911f * magnitude);
            float polynomial =
                    t * (0.2548296f + t * (-0.28449672f + t * (1.4214138f + t * (-1.4531521f + t * 1.0614054f))));
            float positive = 1 - polynomial * TornadoMath.exp(-square);
            result = x < 0 ? -positive : positive;
        }
        return result;
    }

    static void binaryF32(KernelContext context, IntArray meta, FloatArray a, FloatArray b, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float left = a.get(Meta.position(meta, Meta.HEADER, 0, i));
            float right = b.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), binary(meta.get(1), left, right));
        }
    }

    private static float binary(int op, float a, float b) {
        return switch (op) {
            case OpCodes.ADD -> a + b;
            case OpCodes.SUB -> a - b;
            case OpCodes.MUL -> a * b;
            case OpCodes.DIV -> a / b;
            case OpCodes.MAXIMUM -> Float.isNaN(a) ? a : (a > b ? a : b);
            case OpCodes.MINIMUM -> Float.isNaN(a) ? a : (a < b ? a : b);
            default -> pow(a, b); // POW
        };
    }

    /** With the sign taken apart: PTX's own power knows only positive numbers, no exponent 0 of the number 0, and 1 by approximation. */
    private static float pow(float a, float b) {
        float base = TornadoMath.abs(a);
        float magnitude = base == 1 ? 1 : TornadoMath.pow(base, b);
        float result = a < 0 ? signed(a, b, magnitude) : magnitude;
        return b == 0 ? 1 : result;
    }

    /** The power of a negative number, of that magnitude. */
    private static float signed(float a, float b, float magnitude) {
        float result = magnitude;
        // From 2^24 on all numbers are even. PTX has no floor.
        if (TornadoMath.abs(b) < 0x1p24f) {
            int whole = (int) b;
            float power = (whole & 1) == 1 ? -magnitude : magnitude;
            // A root of a negative number is none; TornadoVM writes no constant NaN.
            result = whole == b ? power : TornadoMath.sqrt(a);
        }
        return result;
    }

    static void compareF32(KernelContext context, IntArray meta, FloatArray a, FloatArray b, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float left = a.get(Meta.position(meta, Meta.HEADER, 0, i));
            float right = b.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), compare(meta.get(1), left, right));
        }
    }

    private static int compare(int op, float a, float b) {
        int equal = a == b ? 1 : 0;
        int less = a < b ? 1 : 0;
        int greater = a > b ? 1 : 0;
        return switch (op) {
            case OpCodes.EQUAL -> equal;
            case OpCodes.NOT_EQUAL -> 1 - equal;
            case OpCodes.LESS -> less;
            case OpCodes.LESS_EQUAL -> less | equal;
            case OpCodes.GREATER -> greater;
            default -> greater | equal; // GREATER_EQUAL
        };
    }

    static void selectF32(
            KernelContext context, IntArray meta, IntArray condition, FloatArray a, FloatArray b, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float value;
            if (condition.get(Meta.position(meta, Meta.HEADER, 0, i)) != 0) {
                value = a.get(Meta.position(meta, Meta.HEADER, 1, i));
            } else {
                value = b.get(Meta.position(meta, Meta.HEADER, 2, i));
            }
            out.set(Meta.position(meta, Meta.HEADER, 3, i), value);
        }
    }

    static void fillF32(KernelContext context, IntArray meta, FloatArray reals, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            out.set(Meta.position(meta, Meta.HEADER, 0, i), reals.get(0));
        }
    }
}
