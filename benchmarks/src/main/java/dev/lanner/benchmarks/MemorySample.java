package dev.lanner.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Memory after a number of runs.
 *
 * @param runs so far
 * @param heapBytes of the Java heap in use, after a garbage collection
 * @param residentBytes of the process; on an OpenCL device that is a CPU the device's memory too. 0 where the system does not tell
 */
record MemorySample(long runs, long heapBytes, long residentBytes) {
    private static final int SAMPLES = 20;
    private static final double NANOSECONDS_IN_MINUTE = 60e9;

    /** Runs a step for so many minutes; samples are at equal times, the first one a twentieth of the time after the start. */
    static List<MemorySample> watch(Runnable step, double minutes) throws IOException {
        List<MemorySample> samples = new ArrayList<>();
        long start = System.nanoTime();
        long runs = 0;
        while (samples.size() < SAMPLES) {
            double due = (samples.size() + 1) * minutes / SAMPLES;
            do {
                step.run();
                runs++;
            } while (System.nanoTime() - start < due * NANOSECONDS_IN_MINUTE);
            System.gc();
            samples.add(new MemorySample(
                    runs,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    ResidentMemory.bytes().orElse(0)));
        }
        return samples;
    }

    /** As a line. */
    String line() {
        return String.format(
                Locale.ROOT, "MEMORY runs=%d heap_kib=%d resident_kib=%d", runs, heapBytes >> 10, residentBytes >> 10);
    }

    /** What a run adds, by least squares over the later half of the samples, when everything has been allocated and compiled. */
    static String slopes(List<MemorySample> samples) {
        List<MemorySample> later = samples.subList(samples.size() / 2, samples.size());
        double[] runs = later.stream().mapToDouble(MemorySample::runs).toArray();
        return String.format(
                Locale.ROOT,
                "MEMORY_SLOPE runs=%.0f heap_bytes_per_run=%.1f resident_bytes_per_run=%.1f",
                runs[runs.length - 1] - runs[0],
                Slope.line(
                        runs,
                        later.stream().mapToDouble(MemorySample::heapBytes).toArray()),
                Slope.line(
                        runs,
                        later.stream().mapToDouble(MemorySample::residentBytes).toArray()));
    }
}
