package dev.lanner.benchmarks;

import dev.lanner.hstu.model.HstuConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures the memory that training on one long history takes: forward, both losses, backward and Adam, D=64, two layers, nothing
 * truncated. Each length is trained on in JVMs of its own: one with the launchers' heap limit, and some to find the smallest heap
 * that is enough, since a JVM with room to spare tells more of its garbage collector than of what is computed.
 */
@Command(
        name = "LongHistory",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description = "Measures the memory of training on one long history; writes long-history.csv and a chart.")
public final class LongHistory implements Callable<Integer> {
    private static final int BLOCKS = 2;
    private static final int SMALLEST_HEAP = 24;
    private static final int LARGEST_HEAP = 3072;
    private static final double MEBIBYTE = 1 << 20;
    private static final long TIMEOUT_MINUTES = 5;

    /**
     * Its old generation is one block, so that what it needs is what is alive, not how large arrays fall into regions; the young
     * generation is small and of one size, so that it adds the same to each length.
     */
    private static final List<String> COMPACT = List.of("-XX:+UseSerialGC", "-Xmn16m");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--events",
            paramLabel = "N",
            split = ",",
            description = "lengths of the history, ascending (default: 1024,2048,4096,8192)")
    private List<Integer> lengths = List.of(1024, 2048, 4096, 8192);

    @Option(names = "--steps", paramLabel = "N", description = "training steps in each JVM (default: 3)")
    private int steps = 3;

    @Option(names = "--step-heap", paramLabel = "MIB", description = "how exactly heaps are found (default: 8)")
    private int precision = 8;

    @Option(names = "--out", paramLabel = "DIR", description = "for CSV and chart (default: docs/plots)")
    private Path out = Path.of("docs", "plots");

    /** What a JVM took for its steps. */
    private record Usage(double residentMib, double seconds) {}

    /** The program. */
    public static void main(String[] arguments) {
        Programs.run(new LongHistory(), arguments);
    }

    /** The preset {@code article} for a history of any length. */
    static HstuConfig config(int events) {
        return ScalingAxis.article(HstuConfig.article().width(), BLOCKS, events);
    }

    @Override
    public Integer call() throws IOException {
        if (steps < 1 || precision < 1 || lengths.stream().anyMatch(events -> events < 1)) {
            throw new ParameterException(spec.commandLine(), "--events, --steps and --step-heap must be positive");
        }
        Table data = new Table(
                "events",
                "heap_mib",
                "resident_mib",
                "resident_mib_roomy",
                "seconds_per_step",
                "seconds_per_step_roomy",
                "heap_kib_per_more_event");
        List<double[]> points = new ArrayList<>();
        int heap = SMALLEST_HEAP;
        for (int events : lengths) {
            Usage roomy = run(events, LARGEST_HEAP, List.of())
                    .orElseThrow(() -> new IOException(events + " events do not fit into " + LARGEST_HEAP + " MiB"));
            heap = smallestHeap(events, heap);
            Usage tight = run(events, heap, COMPACT)
                    .orElseThrow(() -> new IOException(events + " events fit into a heap once, and not again"));
            double perEvent = perMoreEvent(points, events, heap);
            data.add(
                    events, heap, tight.residentMib(), roomy.residentMib(), tight.seconds(), roomy.seconds(), perEvent);
            points.add(new double[] {events, heap, tight.residentMib(), roomy.residentMib()});
            say(String.format(
                    Locale.ROOT,
                    "LONG events=%d heap_mib=%d resident_mib=%.0f resident_mib_roomy=%.0f seconds_per_step=%.3f heap_kib_per_more_event=%.1f",
                    events,
                    heap,
                    tight.residentMib(),
                    roomy.residentMib(),
                    roomy.seconds(),
                    perEvent));
        }
        Table.write(out.resolve("long-history.csv"), data.csv());
        new LogLogChart("Training on one history, preset article", "events of the history", "MiB")
                .add("smallest heap", column(points, 0), column(points, 1))
                .add("resident, in that heap", column(points, 0), column(points, 2))
                .add("resident, heap limit 3 GiB", column(points, 0), column(points, 3))
                .write(out.resolve("long-history.png"));
        return 0;
    }

    /** What an event more takes of the heap: the same at every length if memory grows linearly. NaN for the first length. */
    private static double perMoreEvent(List<double[]> points, int events, int heap) {
        if (points.isEmpty()) {
            return Double.NaN;
        }
        double[] before = points.get(points.size() - 1);
        return 1024 * (heap - before[1]) / (events - before[0]);
    }

    private static double[] column(List<double[]> points, int index) {
        return points.stream().mapToDouble(point -> point[index]).toArray();
    }

    /** By bisection: at least {@code known} MiB, what a shorter history needs. */
    private int smallestHeap(int events, int known) throws IOException {
        int tooSmall = Math.max(0, known - precision);
        int enough = 2 * known;
        while (run(events, enough, COMPACT).isEmpty()) {
            tooSmall = enough;
            enough *= 2;
        }
        while (enough - tooSmall > precision) {
            int middle = (tooSmall + enough) / 2;
            if (run(events, middle, COMPACT).isPresent()) {
                enough = middle;
            } else {
                tooSmall = middle;
            }
        }
        return enough;
    }

    /** Trains in a new JVM; empty if its heap is too small. */
    private Optional<Usage> run(int events, int heapMib, List<String> settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMib + "m",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(settings);
        command.addAll(List.of(LongHistoryProbe.class.getName(), Integer.toString(events), Integer.toString(steps)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(events + " events: no end after " + TIMEOUT_MINUTES + " minutes");
            }
            if (process.exitValue() == LongHistoryProbe.OUT_OF_MEMORY) {
                return Optional.empty();
            }
            String[] figures = output.trim().split(" ", -1);
            if (process.exitValue() != 0 || figures.length != 2) {
                throw new IOException(
                        events + " events: java exited with " + process.exitValue() + ", printing: " + output);
            }
            return Optional.of(new Usage(Long.parseLong(figures[0]) / MEBIBYTE, Double.parseDouble(figures[1])));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private void say(String line) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }
}
