package dev.lanner.benchmarks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What JMH measured of a benchmark, and how much work that was.
 *
 * @param name class and method
 * @param parameters as {@code name=value}, empty if there are none
 * @param threads that worked on it
 * @param seconds of a call
 * @param error half of the 99.9 % confidence interval of the seconds; NaN if there were too few iterations
 * @param work of all threads in that time
 */
record KernelResult(String name, String parameters, int threads, double seconds, double error, Work work) {
    private static final String SUFFIX = "Benchmark";

    /**
     * From a result of JMH.
     *
     * @param backendThreads of the CPU backend, for benchmarks that JMH itself runs on one thread
     */
    static KernelResult of(RunResult result, int backendThreads) {
        BenchmarkParams params = result.getParams();
        Map<String, String> values = new LinkedHashMap<>();
        params.getParamsKeys().forEach(key -> values.put(key, params.getParam(key)));
        int dot = params.getBenchmark().lastIndexOf('.');
        String className = params.getBenchmark().substring(0, dot);
        String method = params.getBenchmark().substring(dot + 1);
        Result<?> time = result.getPrimaryResult();
        double unit = params.getTimeUnit().toNanos(1) / 1e9;
        return new KernelResult(
                className.substring(className.lastIndexOf('.') + 1).replace(SUFFIX, "") + "." + method,
                values.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" ")),
                Math.max(backendThreads, params.getThreads()),
                time.getScore() * unit,
                time.getScoreError() * unit,
                KernelBenchmark.of(className, values).work(method).times(params.getThreads()));
    }

    /** Operations in a second. */
    double flopsPerSecond() {
        return work.flops() / seconds;
    }

    /** Bytes in a second. */
    double bytesPerSecond() {
        return work.bytes() / seconds;
    }

    /** The time and its error in the unit that reads best. */
    String time() {
        double scale = seconds < 1e-3 ? 1e6 : seconds < 1 ? 1e3 : 1;
        String unit = seconds < 1e-3 ? "µs" : seconds < 1 ? "ms" : "s";
        String format = seconds * scale < 10 ? "%.2f" : seconds * scale < 100 ? "%.1f" : "%.0f";
        String known = String.format(Locale.ROOT, format, seconds * scale);
        return Double.isNaN(error)
                ? known + " " + unit
                : known + " ± " + String.format(Locale.ROOT, format, error * scale) + " " + unit;
    }

    /** The rate of what bounds it. */
    String rate(Machine.Limit limit) {
        return limit == Machine.Limit.FMA
                ? String.format(Locale.ROOT, "%.1f GFLOP/s", flopsPerSecond() / 1e9)
                : String.format(Locale.ROOT, "%.1f GB/s", bytesPerSecond() / 1e9);
    }
}
