package dev.lanner.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What a step costs once it repeats itself.
 *
 * @param seconds the median
 * @param quartile1 a quarter of the steps took at most these seconds
 * @param quartile3 three quarters of the steps did
 * @param bytesPerStep allocated on the Java heap by all threads, the mean; arrays that a pool hands out again are not among them
 * @param steps that were measured
 */
record StepTimer(double seconds, double quartile1, double quartile3, double bytesPerStep, int steps) {
    private static final int FEWEST_STEPS = 5;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * Runs a step until it is warm, then measures it.
     *
     * @param warmupSeconds at the least, for the JIT compiler to get at everything
     * @param seconds to measure; in both, at least five steps are taken
     */
    static StepTimer measure(Runnable step, double warmupSeconds, double seconds) {
        repeat(step, warmupSeconds);
        long before = THREADS.getTotalThreadAllocatedBytes();
        double[] times = repeat(step, seconds);
        double allocated = THREADS.getTotalThreadAllocatedBytes() - before;
        Arrays.sort(times);
        int n = times.length;
        return new StepTimer(times[n / 2], times[n / 4], times[3 * n / 4], allocated / n, n);
    }

    private static double[] repeat(Runnable step, double seconds) {
        double[] times = new double[16];
        int count = 0;
        for (double total = 0; count < FEWEST_STEPS || total < seconds; count++) {
            long start = System.nanoTime();
            step.run();
            if (count == times.length) {
                times = Arrays.copyOf(times, 2 * count);
            }
            times[count] = (System.nanoTime() - start) / 1e9;
            total += times[count];
        }
        return Arrays.copyOf(times, count);
    }
}
