package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions of vectors of the shape {@link Simd#F}, by polynomial. They are for the inside of loops, where the compiler
 * inlines them and no vector is ever an object. {@code lanewise(EXP)} and its like are slower and, in some runs of the JVM, are not
 * compiled to vector code at all.
 *
 * <p>Relative errors are at most 2e-7, unless a method says otherwise; NaN gives NaN. {@link ScalarMath} is the twin. The
 * polynomials are minimax fits of the relative error (Remez exchange) over the intervals that each method names.
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695f;

    /** ln 2 in two parts: the upper has 17 significant bits, so its product with an exponent is exact. */
    private static final float LN2_HIGH = 0x1.62e4p-1f;

    private static final float LN2_LOW = 1.4286068e-6f;

    /** Added to a float below 2^22, rounds it to an integer, which is then found in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final int ROUND_BITS = 0x4b400000;

    /** The largest x whose exponential is finite. */
    private static final float EXP_MAX = 88.72284f;

    private static final float EXP_MIN = -87f;

    private static final float E2 = 0.49999994f;
    private static final float E3 = 0.1666652f;
    private static final float E4 = 0.041668393f;
    private static final float E5 = 0.008368781f;
    private static final float E6 = 0.0013814468f;

    private static final float TANH_SMALL = 0.625f;
    private static final float T3 = -0.3333328f;
    private static final float T5 = 0.13331442f;
    private static final float T7 = -0.053739715f;
    private static final float T9 = 0.020639088f;
    private static final float T11 = -0.0057049873f;

    private static final int SQRT_HALF_BITS = 0x3f3504f3;
    private static final float L3 = 0.3333333f;
    private static final float L4 = -0.2500082f;
    private static final float L5 = 0.20001227f;
    private static final float L6 = -0.16623357f;
    private static final float L7 = 0.14201759f;
    private static final float L8 = -0.13160183f;
    private static final float L9 = 0.12761575f;
    private static final float L10 = -0.07634495f;

    private VectorMath() {}

    /**
     * Exponential: {@code e^x = 2^n e^r} with n = round(x / ln 2) and a polynomial of degree 6 in r, |r| <= ln 2 / 2. Results below
     * 2e-38 (x below -87) are 0; above 88.72284 the result is infinite.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector rounded = x.fma(FloatVector.broadcast(Simd.F, LOG2_E), FloatVector.broadcast(Simd.F, ROUND));
        FloatVector n = rounded.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(Simd.F, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(Simd.F, -LN2_LOW), r);
        FloatVector p = r.fma(FloatVector.broadcast(Simd.F, E6), FloatVector.broadcast(Simd.F, E5));
        p = p.fma(r, FloatVector.broadcast(Simd.F, E4));
        p = p.fma(r, FloatVector.broadcast(Simd.F, E3));
        p = p.fma(r, FloatVector.broadcast(Simd.F, E2));
        p = p.mul(r).fma(r, r).add(1f);
        // 2^128 is no float, but n = 128 has finite results: the polynomial is doubled and scaled by 2^(n-1).
        IntVector power =
                rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(126 << 23);
        FloatVector result = p.add(p).mul(power.reinterpretAsFloats());
        result = result.blend(0f, x.compare(VectorOperators.LT, EXP_MIN));
        return result.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MAX));
    }

    /** Logistic function {@code 1 / (1 + e^-x)}; below -88.72284 it is 0. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(Simd.F, 1f).div(exp(x.neg()).add(1f));
    }

    /** {@code x sigmoid(x)}, with its limit 0 at minus infinity; relative error at most 3e-7. */
    static FloatVector silu(FloatVector x) {
        VectorMask<Float> limit = x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
        return x.mul(sigmoid(x)).blend(0f, limit);
    }

    /** Hyperbolic tangent: an odd polynomial of degree 11 up to |x| = 0.625, beyond that {@code 1 - 2 / (e^2|x| + 1)}. */
    static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector square = x.mul(x);
        FloatVector p = square.fma(FloatVector.broadcast(Simd.F, T11), FloatVector.broadcast(Simd.F, T9));
        p = p.fma(square, FloatVector.broadcast(Simd.F, T7));
        p = p.fma(square, FloatVector.broadcast(Simd.F, T5));
        p = p.fma(square, FloatVector.broadcast(Simd.F, T3));
        FloatVector small = p.mul(square).fma(x, x);
        FloatVector tail = FloatVector.broadcast(Simd.F, -2f)
                .div(exp(size.add(size)).add(1f))
                .add(1f);
        FloatVector large = tail.blend(tail.neg(), x.compare(VectorOperators.LT, 0f));
        return large.blend(small, size.compare(VectorOperators.LT, TANH_SMALL));
    }

    /**
     * Natural logarithm: {@code ln x = n ln 2 + ln m} with m in [sqrt(1/2), sqrt(2)) and a polynomial of degree 10 in m - 1. Denormal
     * numbers are exact inputs; 0 gives minus infinity, a negative number NaN.
     */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), denormal).reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
        FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats()
                .sub(1f);
        FloatVector n = exponent.add(ROUND_BITS).reinterpretAsFloats().sub(ROUND);
        n = n.blend(n.sub(23f), denormal);
        FloatVector tail = logTail(f).add(n.mul(LN2_LOW));
        FloatVector result = n.fma(FloatVector.broadcast(Simd.F, LN2_HIGH), tail.add(f));
        result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        result = result.blend(Float.NaN, x.compare(VectorOperators.LT, 0f).or(x.compare(VectorOperators.NE, x)));
        return result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
    }

    /** Returns {@code ln(1 + f) - f}. A method of its own, because the compiler inlines none of more than 325 bytes. */
    private static FloatVector logTail(FloatVector f) {
        FloatVector p = f.fma(FloatVector.broadcast(Simd.F, L10), FloatVector.broadcast(Simd.F, L9));
        p = p.fma(f, FloatVector.broadcast(Simd.F, L8));
        p = p.fma(f, FloatVector.broadcast(Simd.F, L7));
        p = p.fma(f, FloatVector.broadcast(Simd.F, L6));
        p = p.fma(f, FloatVector.broadcast(Simd.F, L5));
        p = p.fma(f, FloatVector.broadcast(Simd.F, L4));
        p = p.fma(f, FloatVector.broadcast(Simd.F, L3));
        p = p.fma(f, FloatVector.broadcast(Simd.F, -0.5f));
        return p.mul(f).mul(f);
    }
}
