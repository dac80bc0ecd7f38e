package dev.lanner.benchmarks.peers;

import java.util.Arrays;

/**
 * Times both sides in turns, so that whatever slows the machine for a while slows both: a round is a turn of the one and a turn of
 * the other. A turn repeats the computation for its share of the time, at least once; the figure of a side is the median of its
 * turns.
 *
 * @param rounds turns of each side
 * @param seconds of all turns together, as far as single runs are shorter than a turn
 */
record Turns(int rounds, double seconds) {
    private static final double NANOSECONDS = 1e9;
    private static final double NANOSECONDS_IN_MILLISECOND = 1e6;
    /** libtorch has no JIT compiler: its first runs find memory, and that is all. */
    private static final int PEER_WARM_UP_RUNS = 2;

    /**
     * Milliseconds of one run of each side.
     *
     * @param lannerMs Lanner's
     * @param libtorchMs libtorch's
     */
    record Times(double lannerMs, double libtorchMs) {}

    /** Warms both sides up and times them. */
    Times time(PeerCase one) {
        turn(one::lanner, one.warmUpSeconds());
        for (int i = 0; i < PEER_WARM_UP_RUNS; i++) {
            one.libtorch();
        }
        double share = seconds / (2 * rounds);
        double[] lanner = new double[rounds];
        double[] libtorch = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            lanner[i] = turn(one::lanner, share);
            libtorch[i] = turn(one::libtorch, share);
        }
        return new Times(median(lanner), median(libtorch));
    }

    /** Milliseconds of one run. */
    private static double turn(Runnable run, double seconds) {
        long start = System.nanoTime();
        long elapsed;
        int runs = 0;
        do {
            run.run();
            runs++;
            elapsed = System.nanoTime() - start;
        } while (elapsed < seconds * NANOSECONDS);
        return elapsed / NANOSECONDS_IN_MILLISECOND / runs;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
