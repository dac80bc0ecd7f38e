package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("simd")
class VectorMathTest {
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    static boolean simd() {
        return SimdSupport.available();
    }

    /** One function of {@link VectorMath}; its name keeps vector types out of the signatures of this class. */
    private enum Function {
        EXP,
        SIGMOID,
        SILU,
        TANH,
        LOG
    }

    private static float[] apply(Function function, float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i += Simd.LANES) {
            FloatVector v = FloatVector.fromArray(Simd.F, x, i);
            FloatVector result = switch (function) {
                case EXP -> VectorMath.exp(v);
                case SIGMOID -> VectorMath.sigmoid(v);
                case SILU -> VectorMath.silu(v);
                case TANH -> VectorMath.tanh(v);
                case LOG -> VectorMath.log(v);
            };
            result.intoArray(y, i);
        }
        return y;
    }

    private static float apply(Function function, float x) {
        float[] lanes = new float[Simd.LANES];
        lanes[Simd.LANES - 1] = x;
        return apply(function, lanes)[Simd.LANES - 1];
    }

    /** Checks every 2^9th float between two of the same sign: about four million values for a whole half-axis. */
    private static void checkRelativeError(
            Function function, float from, float to, double allowed, DoubleUnaryOperator exact) {
        int bits = Float.floatToRawIntBits(from);
        int last = Float.floatToRawIntBits(to);
        float[] x = new float[4096];
        while (bits <= last) {
            for (int i = 0; i < x.length; i++, bits = bits > last ? bits : bits + 509) {
                x[i] = Float.intBitsToFloat(Math.min(bits, last));
            }
            float[] y = apply(function, x);
            for (int i = 0; i < x.length; i++) {
                double expected = exact.applyAsDouble(x[i]);
                double error = Math.abs(y[i] - expected);
                if (!(error <= allowed * Math.abs(expected) + Float.MIN_NORMAL)) {
                    assertEquals(expected, y[i], allowed * Math.abs(expected), function + " at " + x[i]);
                }
            }
        }
    }

    @Test
    void expIsExactToRounding() {
        checkRelativeError(Function.EXP, 0f, 88.722f, 2e-7, Math::exp);
        checkRelativeError(Function.EXP, -0f, -86.9f, 2e-7, Math::exp);
        assertEquals(1f, apply(Function.EXP, 0f));
        assertTrue(apply(Function.EXP, 88.72283f) < INFINITY, "the largest finite results are finite");
    }

    @Test
    void expAtTheEnds() {
        assertEquals(0f, apply(Function.EXP, -88f));
        assertEquals(0f, apply(Function.EXP, -1e30f));
        assertEquals(0f, apply(Function.EXP, -INFINITY));
        assertEquals(INFINITY, apply(Function.EXP, 88.73f));
        assertEquals(INFINITY, apply(Function.EXP, 1e30f));
        assertEquals(INFINITY, apply(Function.EXP, INFINITY));
        assertEquals(Float.NaN, apply(Function.EXP, Float.NaN));
    }

    @Test
    void sigmoidIsExactToRounding() {
        checkRelativeError(Function.SIGMOID, 0f, Float.MAX_VALUE, 2e-7, x -> 1 / (1 + Math.exp(-x)));
        checkRelativeError(Function.SIGMOID, -0f, -86.9f, 2e-7, x -> 1 / (1 + Math.exp(-x)));
        assertEquals(0f, apply(Function.SIGMOID, -INFINITY));
        assertEquals(1f, apply(Function.SIGMOID, INFINITY));
        assertEquals(Float.NaN, apply(Function.SIGMOID, Float.NaN));
    }

    @Test
    void siluIsExactToRounding() {
        checkRelativeError(Function.SILU, 0f, Float.MAX_VALUE, 3e-7, x -> x / (1 + Math.exp(-x)));
        checkRelativeError(Function.SILU, -0f, -86.9f, 3e-7, x -> x / (1 + Math.exp(-x)));
        assertEquals(0f, apply(Function.SILU, -INFINITY));
        assertEquals(INFINITY, apply(Function.SILU, INFINITY));
        assertEquals(Float.NaN, apply(Function.SILU, Float.NaN));
    }

    @Test
    void tanhIsExactToRounding() {
        checkRelativeError(Function.TANH, 0f, Float.MAX_VALUE, 2e-7, Math::tanh);
        checkRelativeError(Function.TANH, -0f, -Float.MAX_VALUE, 2e-7, Math::tanh);
        assertEquals(-1f, apply(Function.TANH, -INFINITY));
        assertEquals(1f, apply(Function.TANH, INFINITY));
        assertEquals(Float.NaN, apply(Function.TANH, Float.NaN));
    }

    @Test
    void logIsExactToRounding() {
        checkRelativeError(Function.LOG, Float.MIN_VALUE, Float.MAX_VALUE, 2e-7, Math::log);
        assertEquals(0f, apply(Function.LOG, 1f));
        assertEquals(-INFINITY, apply(Function.LOG, 0f));
        assertEquals(-INFINITY, apply(Function.LOG, -0f));
        assertEquals(INFINITY, apply(Function.LOG, INFINITY));
        assertEquals(Float.NaN, apply(Function.LOG, -1f));
        assertEquals(Float.NaN, apply(Function.LOG, -INFINITY));
        assertEquals(Float.NaN, apply(Function.LOG, Float.NaN));
    }

    @Test
    void theScalarTwinAgrees() {
        Random random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            float x = (float) random.nextGaussian() * 20;
            agree(ScalarMath.exp(x), apply(Function.EXP, x), x);
            agree(ScalarMath.sigmoid(x), apply(Function.SIGMOID, x), x);
            agree(ScalarMath.silu(x), apply(Function.SILU, x), x);
            agree(ScalarMath.tanh(x), apply(Function.TANH, x), x);
            agree(ScalarMath.log(Math.abs(x)), apply(Function.LOG, Math.abs(x)), x);
        }
        assertEquals(0f, ScalarMath.silu(-INFINITY));
        assertEquals(-INFINITY, ScalarMath.log(0f));
    }

    private static void agree(float scalar, float vector, float x) {
        assertEquals(scalar, vector, 4e-7f * Math.abs(scalar) + Float.MIN_NORMAL, "at " + x);
    }
}
