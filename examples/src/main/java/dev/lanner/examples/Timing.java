package dev.lanner.examples;

import java.util.Arrays;

/** Times of one thing that was done again and again. */
final class Timing {
    private final double[] millis;

    /** Times that were taken, in milliseconds. */
    Timing(double... millis) {
        this.millis = millis.clone();
        Arrays.sort(this.millis);
    }

    /**
     * Does it until the compiler has been at it, then as often as asked for with the clock.
     *
     * @param warmUpSeconds for how long without the clock; once at least
     */
    static Timing of(double warmUpSeconds, int runs, Runnable work) {
        long warmUp = System.nanoTime();
        do {
            work.run();
        } while (System.nanoTime() - warmUp < warmUpSeconds * 1e9);
        double[] millis = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            work.run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return new Timing(millis);
    }

    /** The median, in milliseconds. */
    double median() {
        return percentile(50);
    }

    /** What this share of the runs did not take longer than, in milliseconds. */
    double percentile(int percent) {
        int place = (int) Math.ceil(percent / 100.0 * millis.length) - 1;
        return millis[Math.max(0, place)];
    }
}
