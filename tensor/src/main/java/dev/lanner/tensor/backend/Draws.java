package dev.lanner.tensor.backend;

import dev.lanner.tensor.RandomKey;

/**
 * Draws from {@link RandomOp}'s distributions on the host, element by element of a key's stream: shared by the backends that
 * compute on Java arrays, so that they agree in every bit.
 */
public final class Draws {
    private static final float UNIT = 0x1p-24f;
    private static final int WORDS = 4;
    /** Distance between the blocks that repeated attempts of one element look at. */
    private static final long ATTEMPT = 1L << 40;

    private Draws() {}

    /**
     * Draws elements {@code first .. first + count - 1} of a stream of a floating point distribution.
     *
     * @param out receives them from {@code offset} on
     */
    public static void floats(
            RandomOp op, RandomKey key, double a, double b, int first, float[] out, int offset, int count) {
        int[] words = new int[WORDS];
        switch (op) {
            case UNIFORM, DROPOUT_MASK -> {
                float scale = op == RandomOp.UNIFORM ? (float) (b - a) : (float) (1 / (1 - a));
                float shift = (float) a;
                // Rounding must not reach b, which is outside.
                float below = Math.max(shift, Math.nextDown((float) b));
                // Compared as integers of 24 bits: exact for any probability.
                int dropBelow = (int) Math.round(a * (1 << 24));
                for (int i = 0; i < count; i++) {
                    int index = first + i;
                    if (i == 0 || index % WORDS == 0) {
                        Philox.block(key, index / WORDS, words, 0);
                    }
                    int bits = words[index % WORDS] >>> 8;
                    if (op == RandomOp.UNIFORM) {
                        out[offset + i] = Math.min(shift + scale * (bits * UNIT), below);
                    } else {
                        out[offset + i] = bits < dropBelow ? 0 : scale;
                    }
                }
            }
            case NORMAL, TRUNCATED_NORMAL -> {
                double limit = op == RandomOp.NORMAL ? Double.POSITIVE_INFINITY : 2;
                for (int i = 0; i < count; i++) {
                    out[offset + i] = (float) (a + b * standardNormal(key, first + i, limit, words));
                }
            }
            case UNIFORM_INT -> throw new IllegalArgumentException("random: UNIFORM_INT needs dtype I32");
        }
    }

    /** Draws integers uniform in [a, b): the high half of bits * (b - a), whose bias is below (b - a) / 2^32. */
    public static void ints(RandomKey key, int a, int b, int first, int[] out, int offset, int count) {
        int[] words = new int[WORDS];
        long span = (long) b - a;
        for (int i = 0; i < count; i++) {
            int index = first + i;
            if (i == 0 || index % WORDS == 0) {
                Philox.block(key, index / WORDS, words, 0);
            }
            out[offset + i] = (int) (a + (((words[index % WORDS] & 0xFFFFFFFFL) * span) >>> 32));
        }
    }

    /** Box-Muller on the words of the element's own block; StrictMath, so that every machine draws the same numbers. */
    private static double standardNormal(RandomKey key, int index, double limit, int[] words) {
        for (long attempt = 0; ; attempt++) {
            Philox.block(key, index + attempt * ATTEMPT, words, 0);
            for (int pair = 0; pair < WORDS; pair += 2) {
                double radius = StrictMath.sqrt(-2 * StrictMath.log(((words[pair] & 0xFFFFFFFFL) + 1) * 0x1p-32));
                double normal = radius * StrictMath.cos(2 * Math.PI * (words[pair + 1] & 0xFFFFFFFFL) * 0x1p-32);
                if (Math.abs(normal) <= limit) {
                    return normal;
                }
            }
        }
    }
}
