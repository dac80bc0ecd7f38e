package dev.lanner.benchmarks.peers;

import java.util.SplittableRandom;

/** Numbers for both sides. */
final class Values {
    private Values() {}

    /** Uniform in [-1, 1). */
    static float[] uniform(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
