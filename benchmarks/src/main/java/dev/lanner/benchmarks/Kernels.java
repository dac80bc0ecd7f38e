package dev.lanner.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs kernel benchmarks together with those of the machine, and says of each how much of the machine it uses: the least time that
 * its work could take, by the multiply-adds and the copies measured in the same run, over the time it took.
 */
@Command(
        name = "Kernels",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description =
                "Measures kernels with JMH, beside what the machine gives. JMH's own report goes to standard error.")
public final class Kernels implements Callable<Integer> {
    private static final String MACHINE = ".*\\.Machine\\w*Benchmark\\..*";
    /** For a JVM and the arrays that each thread of {@link MachineCopyBenchmark} copies. */
    private static final int MACHINE_HEAP_MIB = 512;

    private static final int MACHINE_HEAP_MIB_PER_THREAD = 192;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "REGEX",
            description = "benchmarks whose names have a match, such as Attention or Matmul (default: all)")
    private List<String> benchmarks = List.of("");

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--forks", paramLabel = "N", description = "JVMs for each benchmark (default: 3)")
    private Integer forks;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "iterations that do not count, in each JVM (default: 4)")
    private Integer warmup;

    @Option(names = "--iterations", paramLabel = "N", description = "iterations in each JVM (default: 4)")
    private Integer iterations;

    @Option(names = "--time", paramLabel = "SECONDS", description = "of an iteration (default: 1; a training step 3)")
    private Double seconds;

    @Option(names = "--out", paramLabel = "DIR", description = "for kernels.md and kernels.csv (default: runs/kernels)")
    private Path out = Path.of("runs", "kernels");

    /** The program. */
    public static void main(String[] arguments) {
        Programs.run(new Kernels(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        try {
            List<KernelResult> kernels = new ArrayList<>();
            for (RunResult result : run(kernelOptions())) {
                kernels.add(KernelResult.of(result, threads));
            }
            List<KernelResult> limits = new ArrayList<>();
            for (RunResult result : run(machineOptions())) {
                limits.add(KernelResult.of(result, threads));
            }
            report(machine(limits), limits, kernels);
            return 0;
        } catch (NoBenchmarksException e) {
            throw new ParameterException(spec.commandLine(), "no benchmark's name has a match of " + benchmarks, e);
        } catch (RunnerException e) {
            throw new IOException("JMH: " + e.getMessage(), e);
        }
    }

    private void checkOptions() {
        for (String regex : benchmarks) {
            try {
                Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                throw new ParameterException(
                        spec.commandLine(), "not a regular expression, " + e.getDescription() + ": " + regex, e);
            }
        }
        require(threads >= 1, "--threads must be positive, found " + threads);
        require(forks == null || forks >= 1, "--forks must be positive, found " + forks);
        require(warmup == null || warmup >= 0, "--warmup must not be negative, found " + warmup);
        require(iterations == null || iterations >= 1, "--iterations must be positive, found " + iterations);
        require(seconds == null || seconds > 0, "--time must be positive, found " + seconds);
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        OutputFormat log = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL);
        return new Runner(options.build(), log).run();
    }

    private ChainedOptionsBuilder kernelOptions() {
        ChainedOptionsBuilder options = options("-Dlanner.threads=" + threads).exclude(MACHINE);
        benchmarks.forEach(options::include);
        return options;
    }

    private ChainedOptionsBuilder machineOptions() {
        int heap = MACHINE_HEAP_MIB + threads * MACHINE_HEAP_MIB_PER_THREAD;
        return options("-Xmx" + heap + "m").include(MACHINE).threads(threads);
    }

    private ChainedOptionsBuilder options(String jvmArgument) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .shouldFailOnError(true)
                .jvmArgsAppend("--add-modules=jdk.incubator.vector", jvmArgument);
        if (forks != null) {
            options.forks(forks);
        }
        if (warmup != null) {
            options.warmupIterations(warmup);
        }
        if (iterations != null) {
            options.measurementIterations(iterations);
        }
        if (seconds != null) {
            TimeValue time = TimeValue.milliseconds(Math.max(1, Math.round(seconds * 1000)));
            options.warmupTime(time).measurementTime(time);
        }
        return options;
    }

    private Machine machine(List<KernelResult> limits) {
        double flops = 0;
        NavigableMap<Double, Double> copies = new TreeMap<>();
        for (KernelResult limit : limits) {
            if (limit.work().flops() > 0) {
                flops = limit.flopsPerSecond();
            } else {
                copies.put(limit.work().bytes(), limit.bytesPerSecond());
            }
        }
        return new Machine(threads, flops, copies);
    }

    private void report(Machine machine, List<KernelResult> limits, List<KernelResult> kernels) throws IOException {
        Table shown = new Table("benchmark", "parameters", "threads", "time", "rate", "limit", "of the limit");
        Table data = new Table(
                "benchmark",
                "parameters",
                "threads",
                "seconds",
                "error_seconds",
                "flops",
                "bytes",
                "flops_per_second",
                "bytes_per_second",
                "limit",
                "fraction_of_limit");
        List<KernelResult> all = new ArrayList<>(limits);
        all.addAll(kernels);
        for (KernelResult result : all) {
            Machine.Limit limit = machine.limit(result.work());
            double fraction = machine.seconds(result.work()) / result.seconds();
            shown.add(
                    result.name(),
                    result.parameters(),
                    result.threads(),
                    result.time(),
                    result.rate(limit),
                    label(limit, machine, result.work()),
                    String.format(Locale.ROOT, "%.0f %%", 100 * fraction));
            data.add(
                    result.name(),
                    result.parameters(),
                    result.threads(),
                    result.seconds(),
                    result.error(),
                    result.work().flops(),
                    result.work().bytes(),
                    result.flopsPerSecond(),
                    result.bytesPerSecond(),
                    limit,
                    fraction);
        }
        Table.write(out.resolve("kernels.md"), shown.markdown());
        Table.write(out.resolve("kernels.csv"), data.csv());
        spec.commandLine().getOut().print(shown.markdown());
        spec.commandLine().getOut().flush();
    }

    /** Which of the copies is the limit shows by its bandwidth. */
    private static String label(Machine.Limit limit, Machine machine, Work work) {
        return limit == Machine.Limit.FMA
                ? String.format(Locale.ROOT, "FMA %.1f GFLOP/s", machine.flopsPerSecond() / 1e9)
                : String.format(Locale.ROOT, "copy %.1f GB/s", machine.bandwidth(work.bytes()) / 1e9);
    }
}
