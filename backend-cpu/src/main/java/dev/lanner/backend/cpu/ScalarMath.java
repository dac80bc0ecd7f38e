package dev.lanner.backend.cpu;

/** The functions of {@link VectorMath} for one float, computed in double precision: for scalar kernels and the ends of rows. */
final class ScalarMath {
    private ScalarMath() {}

    /** Exponential. */
    static float exp(float x) {
        return (float) Math.exp(x);
    }

    /** Logistic function {@code 1 / (1 + e^-x)}. */
    static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** {@code x sigmoid(x)}, with its limit 0 at minus infinity. */
    static float silu(float x) {
        return x == Float.NEGATIVE_INFINITY ? 0f : (float) (x / (1 + Math.exp(-x)));
    }

    /** Hyperbolic tangent. */
    static float tanh(float x) {
        return (float) Math.tanh(x);
    }

    /** Natural logarithm: minus infinity at 0, NaN below. */
    static float log(float x) {
        return (float) Math.log(x);
    }
}
