package dev.lanner.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;

/**
 * Times both sides in turns, so that whatever slows the machine for a while slows both: a round is a turn of the one and a turn of
 * the other, and a turn repeats the computation for its share of the time, at least once. The figure of a side is the median of
 * its runs.
 *
 * @param rounds turns of each side
 * @param seconds of all turns together, as far as single runs are shorter than a turn
 */
record Turns(int rounds, double seconds) {
    private static final double NANOSECONDS = 1e9;
    private static final double NANOSECONDS_IN_MILLISECOND = 1e6;
    /** libtorch has no JIT compiler, but its heap takes some runs to be as large as the computation needs it. */
    private static final double PEER_WARM_UP_SECONDS = 3;

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
        turn(one::libtorch, PEER_WARM_UP_SECONDS);
        double share = seconds / (2 * rounds);
        List<Double> lanner = new ArrayList<>();
        List<Double> libtorch = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            lanner.addAll(turn(one::lanner, share));
            libtorch.addAll(turn(one::libtorch, share));
        }
        return new Times(median(lanner), median(libtorch));
    }

    /** Milliseconds of each run. */
    private static List<Double> turn(Runnable run, double seconds) {
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        long before = start;
        do {
            run.run();
            long now = System.nanoTime();
            times.add((now - before) / NANOSECONDS_IN_MILLISECOND);
            before = now;
        } while (before - start < seconds * NANOSECONDS);
        return times;
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
