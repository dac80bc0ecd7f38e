package dev.lanner.benchmarks.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints a line for each result, and keeps the ratios for a CSV file. A ratio above 1: Lanner is faster. */
final class Report {
    private static final String HEADER = "peer,case,threads,lanner_ms,libtorch_ms,lanner_gflops,libtorch_gflops,ratio";

    private final Written written;
    private final PrintWriter out;
    private final List<String> rows = new ArrayList<>(List.of(HEADER));

    /**
     * An empty report.
     *
     * @param written how the peer is written
     */
    Report(Written written, PrintWriter out) {
        this.written = written;
        this.out = out;
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }

    /** Which libtorch it is, and how the peer is written. */
    void peer(String version) {
        print("PEER libtorch=" + version + " written=" + written.label());
    }

    /** How many cores libtorch keeps busy. */
    void threads(int threads, double busyCores) {
        print(String.format(Locale.ROOT, "THREADS threads=%d libtorch_busy_cores=%.2f", threads, busyCores));
    }

    /** Times of a case. */
    void ratio(String name, int threads, Turns.Times times) {
        double ratio = times.libtorchMs() / times.lannerMs();
        print(String.format(
                Locale.ROOT,
                "RATIO case=%s threads=%d lanner_ms=%.3f libtorch_ms=%.3f ratio=%.3f",
                name,
                threads,
                times.lannerMs(),
                times.libtorchMs(),
                ratio));
        rows.add(String.format(
                Locale.ROOT,
                "%s,%s,%d,%.3f,%.3f,,,%.3f",
                written.label(),
                name,
                threads,
                times.lannerMs(),
                times.libtorchMs(),
                ratio));
    }

    /** Rates of several cases together, in 10^9 operations a second. */
    void rates(String name, int threads, double lanner, double libtorch) {
        double ratio = lanner / libtorch;
        print(String.format(
                Locale.ROOT,
                "RATIO case=%s threads=%d lanner_gflops=%.1f libtorch_gflops=%.1f ratio=%.3f",
                name,
                threads,
                lanner,
                libtorch,
                ratio));
        rows.add(String.format(
                Locale.ROOT, "%s,%s,%d,,,%.1f,%.1f,%.3f", written.label(), name, threads, lanner, libtorch, ratio));
    }

    /**
     * What Lanner computes a second in a case.
     *
     * @param gigaOperations of one run, in 10^9
     * @param rate in 10^9 a second
     * @param sgemmRate that of matrix products in this run, or NaN if there were none
     */
    void arithmetic(String name, int threads, double gigaOperations, double rate, double sgemmRate) {
        String share =
                Double.isNaN(sgemmRate) ? "" : String.format(Locale.ROOT, " share_of_sgemm=%.3f", rate / sgemmRate);
        print(String.format(
                Locale.ROOT,
                "ARITHMETIC case=%s threads=%d gflop=%.2f gflops=%.1f%s",
                name,
                threads,
                gigaOperations,
                rate,
                share));
    }

    /** How much faster Lanner's second thread makes a case. */
    void scaling(String name, double speedup) {
        print(String.format(Locale.ROOT, "SCALING case=%s speedup=%.3f", name, speedup));
    }

    /** Writes the ratios, into a file beside it that then takes its place. */
    void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Files.write(part, rows, StandardCharsets.UTF_8);
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
}
