package dev.lanner.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Times both sides in turns, so that whatever slows the machine for a while slows both: a round is a turn of the one and a turn of
 * the other, and a turn repeats the computation for its share of the time, at least once. The figure of a side is the median of
 * its runs.
 *
 * <p>A turn begins with a pause and a run that is not timed. Threads that wait for work keep their core busy for a while before they
 * sleep, libtorch's OpenMP threads for some milliseconds, and would take it from the other side, which has a thread for every core
 * itself; and the first run finds the caches as the other side left them. In turns of few runs that counts. In turns of many the
 * median does not see it: with two threads, a product of 768 x 768 takes Lanner the same with and without the pause, and in a process
 * that never calls libtorch.
 *
 * @param rounds turns of each side
 * @param seconds of all turns together, as far as single runs are shorter than a turn
 */
record Turns(int rounds, double seconds) {
    private static final double NANOSECONDS = 1e9;
    private static final double NANOSECONDS_IN_MILLISECOND = 1e6;
    /** Longer than threads of either side wait awake. */
    private static final long PAUSE_MILLISECONDS = 40;
    /** Lanner warms up further while that makes it faster by more than this. */
    private static final double FASTER = 0.98;
    /** How often at most, each time for half of the first time. */
    private static final int FURTHER_WARM_UPS = 4;
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
        warmUp(one);
        repeat(one::libtorch, PEER_WARM_UP_SECONDS);
        double share = seconds / (2 * rounds);
        List<Double> lanner = new ArrayList<>();
        List<Double> libtorch = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            lanner.addAll(turn(one::lanner, share));
            libtorch.addAll(turn(one::libtorch, share));
        }
        return new Times(median(lanner), median(libtorch));
    }

    /**
     * Runs Lanner's side until the JIT compiler is through with it. How long that takes depends on what ran in the process before, so
     * that a fixed time would leave the first cases, those with one thread, slower than the others.
     */
    private static void warmUp(PeerCase one) {
        double before = median(repeat(one::lanner, one.warmUpSeconds()));
        for (int i = 0; i < FURTHER_WARM_UPS; i++) {
            double now = median(repeat(one::lanner, one.warmUpSeconds() / 2));
            if (now > FASTER * before) {
                return;
            }
            before = now;
        }
    }

    private static List<Double> turn(Runnable run, double seconds) {
        pause();
        run.run();
        return repeat(run, seconds);
    }

    private static void pause() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLISECONDS);
        // In a loop, since what Lanner's threads last told this one lets it go on at once.
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Milliseconds of each run. */
    private static List<Double> repeat(Runnable run, double seconds) {
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
