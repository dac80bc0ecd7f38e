package dev.lanner.benchmarks;

import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.MovieLens;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lanner's part of the comparison on a GPU: correctness, times, and the table of what both sides have written. */
@Command(
        name = "Gpu",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description = "Checks and times recorded programs on the current backend; benchmarks/gpu/run calls it.")
public final class Gpu implements Callable<Integer> {
    private static final int MISMATCH = 3;

    /** What can be asked for. */
    enum Part {
        /** Compares with the CPU backend. */
        CHECK,
        /** Compares the losses of training steps only: whether a step runs again as it did first. */
        LOSSES,
        /** Times training steps. */
        STEPS,
        /** Times attention alone. */
        ATTENTION,
        /** Times an epoch. */
        EPOCH,
        /** Watches memory while a step runs again and again. */
        MEMORY,
        /** Prints what was measured, by case. */
        TABLE
    }

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "PART", description = "in this order: ${COMPLETION-CANDIDATES}")
    private List<Part> parts = List.of();

    @Option(names = "--quick", description = "small sizes, to try the program itself")
    private boolean quick;

    @Option(names = "--side", paramLabel = "NAME", description = "name in the table (default: ${DEFAULT-VALUE})")
    private String side = GpuResults.LANNER;

    @Option(names = "--seconds", paramLabel = "X", description = "for which each case is timed (default: 5)")
    private double seconds = 5;

    @Option(names = "--minutes", paramLabel = "X", description = "for which memory is watched (default: 10)")
    private double minutes = 10;

    @Option(names = "--data", paramLabel = "DIR", description = "MovieLens-1M for the epoch (default: synthetic)")
    private Path data;

    @Option(names = "--out", paramLabel = "FILE", description = "results are added to it (default: ${DEFAULT-VALUE})")
    private Path out = Path.of("gpu.txt");

    /** The program. */
    public static void main(String[] arguments) {
        Programs.run(new Gpu(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        if (!(seconds >= 0) || !(minutes > 0)) {
            throw new ParameterException(spec.commandLine(), "--seconds must not be negative, --minutes positive");
        }
        PrintWriter console = spec.commandLine().getOut();
        GpuResults results = new GpuResults(out, side, console);
        GpuSizes sizes = quick ? GpuSizes.QUICK : GpuSizes.FULL;
        for (Part part : parts) {
            if (part == Part.TABLE) {
                GpuResults.table(out).forEach(console::println);
                console.flush();
            } else if (part == Part.CHECK || part == Part.LOSSES) {
                try {
                    check(part, sizes, results);
                } catch (GpuCheck.MismatchException e) {
                    spec.commandLine().getErr().println("Gpu: " + e.getMessage());
                    spec.commandLine().getErr().flush();
                    return MISMATCH;
                }
            } else {
                measure(part, new GpuTimes(sizes, seconds, results));
            }
        }
        return 0;
    }

    private static void check(Part part, GpuSizes sizes, GpuResults results) {
        if (part == Part.CHECK) {
            GpuCheck.run(Backends.current(), sizes, results);
        } else {
            GpuCheck.losses(Backends.current(), sizes, results);
        }
    }

    private void measure(Part part, GpuTimes times) throws IOException {
        Backend backend = Backends.current();
        if (!backend.prefersPrograms()) {
            spec.commandLine().getErr().println("Gpu: backend " + backend.name() + ", not -Dbackend=tornado");
        }
        switch (part) {
            case STEPS -> times.steps();
            case ATTENTION -> times.attention();
            case EPOCH -> times.epoch(interactions(), data == null ? "synthetic" : "ml-1m");
            default -> times.memory(minutes);
        }
    }

    private Interactions interactions() {
        if (data == null) {
            return Workload.interactions((quick ? GpuSizes.QUICK : GpuSizes.FULL).users());
        }
        try {
            return MovieLens.read(data).interactions();
        } catch (DataException e) {
            throw new ParameterException(spec.commandLine(), "--data: " + e.getMessage(), e);
        }
    }
}
