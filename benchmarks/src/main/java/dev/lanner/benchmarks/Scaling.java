package dev.lanner.benchmarks;

import dev.lanner.backend.cpu.CpuBackend;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures how the cost of a training step of the preset {@code article} grows, with the history, the width, the layers and the
 * threads, and what a step allocates.
 */
@Command(
        name = "Scaling",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description = "Measures how the cost of a training step grows; writes scaling.csv and a chart for each axis.")
public final class Scaling implements Callable<Integer> {
    /** Of the first point: until the JIT compiler has been at the rarest kernels, vectors are objects, which a step then allocates. */
    private static final double LONG_WARMUP = 10;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--axis",
            paramLabel = "NAME",
            split = ",",
            description = "what to vary: ${COMPLETION-CANDIDATES} (default: all)")
    private Set<ScalingAxis> axes = EnumSet.allOf(ScalingAxis.class);

    @Option(names = "--threads", paramLabel = "N", description = "most CPU threads (default: all cores)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "before each point is measured (default: 3)")
    private double warmup = 3;

    @Option(names = "--time", paramLabel = "SECONDS", description = "for which each point is measured (default: 5)")
    private double seconds = 5;

    @Option(names = "--recorded", description = "record the step once as a program and run that")
    private boolean recorded;

    @Option(names = "--out", paramLabel = "DIR", description = "for CSV and charts (default: docs/plots)")
    private Path out = Path.of("docs", "plots");

    private final Table data = new Table(
            "axis",
            "x",
            "sequences",
            "rows",
            "width",
            "layers",
            "threads",
            "seconds",
            "seconds_quartile1",
            "seconds_quartile3",
            "steps",
            "gflops_per_second",
            "bytes_allocated_per_step");

    /** The program. */
    public static void main(String[] arguments) {
        Programs.run(new Scaling(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 1 || warmup < 0 || seconds < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--threads must be positive, --warmup and --time must not be negative");
        }
        ScalingAxis.Case base = ScalingAxis.Case.base(threads, threads);
        StepTimer baseTime = measure(base, LONG_WARMUP * warmup);
        record("base", base, baseTime);
        say(String.format(
                Locale.ROOT, "ALLOCATION bytes_per_step=%.0f steps=%d", baseTime.bytesPerStep(), baseTime.steps()));
        for (ScalingAxis axis : axes) {
            sweep(axis);
        }
        Table.write(out.resolve("scaling.csv"), data.csv());
        return 0;
    }

    private void sweep(ScalingAxis axis) throws IOException {
        String name = axis.name().toLowerCase(Locale.ROOT);
        List<ScalingAxis.Case> cases = axis.cases(threads);
        double[] x = new double[cases.size()];
        double[] milliseconds = new double[cases.size()];
        for (int i = 0; i < x.length; i++) {
            StepTimer time = measure(cases.get(i), warmup);
            record(name, cases.get(i), time);
            x[i] = cases.get(i).x();
            milliseconds[i] = time.seconds() * 1e3;
        }
        say(String.format(
                Locale.ROOT,
                "SLOPE axis=%s overall=%.2f last=%.2f",
                name,
                Slope.overall(x, milliseconds),
                Slope.last(x, milliseconds)));
        new LogLogChart("Training step of the preset article", axis.label(), "ms")
                .add("step", x, milliseconds)
                .write(out.resolve("scaling-" + name + ".png"));
    }

    /** On a backend of its own, whose pool of buffers goes with it. */
    private StepTimer measure(ScalingAxis.Case point, double warmupSeconds) {
        try (CpuBackend backend = new CpuBackend(point.threads());
                Backends.Use use = Backends.use(backend)) {
            if (!recorded) {
                return StepTimer.measure(new TrainingStep(point.config(), point.batch())::run, warmupSeconds, seconds);
            }
            try (RecordedTrainingStep step = new RecordedTrainingStep(point.config(), point.batch())) {
                return StepTimer.measure(step::run, warmupSeconds, seconds);
            }
        }
    }

    private void record(String axis, ScalingAxis.Case point, StepTimer time) {
        double flops = ModelWork.stepFlops(point.config(), point.batch(), Workload.ITEMS);
        double rate = flops / time.seconds() / 1e9;
        data.add(
                axis,
                point.x(),
                point.batch().sequences(),
                point.batch().rows(),
                point.config().width(),
                point.config().blocks(),
                point.threads(),
                time.seconds(),
                time.quartile1(),
                time.quartile3(),
                time.steps(),
                rate,
                time.bytesPerStep());
        say(String.format(
                Locale.ROOT,
                "STEP axis=%s x=%d rows=%d threads=%d ms=%.2f quartiles=%.2f..%.2f gflops_per_second=%.1f bytes_per_step=%.0f",
                axis,
                point.x(),
                point.batch().rows(),
                point.threads(),
                time.seconds() * 1e3,
                time.quartile1() * 1e3,
                time.quartile3() * 1e3,
                rate,
                time.bytesPerStep()));
    }

    private void say(String line) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }
}
