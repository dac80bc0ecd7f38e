package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;
import java.util.SplittableRandom;

/** Elements to try a backend on, drawn from a seed. */
final class Samples {
    /** The sizes at which vector loops break: none, one, one lane less and more than a vector, and more than a block. */
    static final int[] SIZES = {0, 1, 7, 15, 16, 17, 31, 33, 1000};

    /** Where functions of floating point numbers go wrong. */
    private static final float[] SPECIAL = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        0f,
        -0f,
        1f,
        -1f,
        0.5f,
        3f,
        -3f,
        88f,
        -87f,
        300f,
        -300f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        1e-30f
    };

    private final SplittableRandom random;

    Samples(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Numbers in [-4, 4), or for integers in [-100, 100). */
    HostArray ordinary(DType dtype, int count) {
        return dtype.isFloating() ? floating(dtype, count, -4, 4) : integers(dtype, count, -100, 100);
    }

    /** Uniform in [low, high). */
    HostArray floating(DType dtype, int count, double low, double high) {
        HostArray values = HostArray.allocate(dtype, count);
        for (int i = 0; i < count; i++) {
            values.setDouble(i, random.nextDouble(low, high));
        }
        return values;
    }

    /** Uniform in [low, high). */
    HostArray integers(DType dtype, int count, long low, long high) {
        HostArray values = HostArray.allocate(dtype, count);
        for (int i = 0; i < count; i++) {
            values.setLong(i, random.nextLong(low, high));
        }
        return values;
    }

    /** Ordinary numbers, and among the floating point ones NaN, infinities, zeros of both signs, and very large ones. */
    HostArray withSpecial(DType dtype, int count) {
        HostArray values = ordinary(dtype, count);
        for (int i = 0; i < count && dtype.isFloating(); i++) {
            if (random.nextInt(4) == 0) {
                values.setDouble(i, SPECIAL[random.nextInt(SPECIAL.length)]);
            }
        }
        return values;
    }

    /** Few different numbers, so that many tie. */
    HostArray tying(DType dtype, int count) {
        return integers(dtype, count, -2, 3);
    }

    /** Any integers, the largest included. */
    HostArray extreme(DType dtype, int count) {
        return dtype == DType.I64
                ? integers(dtype, count, Long.MIN_VALUE, Long.MAX_VALUE)
                : integers(dtype, count, Integer.MIN_VALUE, Integer.MAX_VALUE + 1L);
    }

    int between(int low, int high) {
        return random.nextInt(low, high);
    }

    boolean flip() {
        return random.nextBoolean();
    }

    double uniform(double low, double high) {
        return random.nextDouble(low, high);
    }
}
