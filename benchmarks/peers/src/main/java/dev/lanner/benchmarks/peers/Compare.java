package dev.lanner.benchmarks.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares Lanner with libtorch in one process, and prints how much faster it is. */
@Command(
        name = "Compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description =
                "Compares Lanner with libtorch, eager, in one process: the same values, found equal first, then timed in turns.",
        footer = {
            "",
            "A ratio above 1: Lanner is faster. Exit status 1: the two do not compute the same.",
        })
public final class Compare implements Callable<Integer> {
    private static final int MISMATCH = 1;
    private static final int USAGE_ERROR = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--cases",
            paramLabel = "NAME",
            split = ",",
            description = "any of sgemm, attention, train_step_article, train_step_8_layers (default: all)")
    private List<String> cases = Comparison.CASES;

    @Option(
            names = "--peer",
            paramLabel = "NAME",
            description = {
                "how libtorch's side is written: article, in plain operations as public implementations have them; table, the"
                        + " same with negatives looked up in a table of normalised items; tuned, as fast as eager operations"
                        + " were made to be, with a heap that keeps its pages (default: ${DEFAULT-VALUE})"
            },
            defaultValue = "article")
    private String peer;

    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            description = "threads of both sides (default: ${DEFAULT-VALUE})",
            defaultValue = "1,2")
    private List<Integer> threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "turns of each side (default: ${DEFAULT-VALUE})",
            defaultValue = "7")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            description = "of a case's turns together, after its warm-up (default: ${DEFAULT-VALUE})",
            defaultValue = "6")
    private double seconds;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "the ratios as CSV (default: ${DEFAULT-VALUE})",
            defaultValue = "compare.csv")
    private Path out;

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with its handling of errors: one line on standard error for what a user can mend, and for a mismatch. */
    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Compare());
        // The launcher gives --out, and the user perhaps another.
        command.setOverwrittenOptionsAllowed(true);
        command.setParameterExceptionHandler((e, arguments) -> fail(command.getErr(), e.getMessage(), USAGE_ERROR));
        command.setExecutionExceptionHandler((e, line, result) -> {
            if (e instanceof MismatchException) {
                return fail(line.getErr(), e.getMessage(), MISMATCH);
            }
            if (e instanceof IOException) {
                return fail(line.getErr(), e.toString(), USAGE_ERROR);
            }
            throw e;
        });
        return command;
    }

    private static int fail(PrintWriter err, String message, int status) {
        err.println("Compare: " + message);
        err.flush();
        return status;
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        Written written = Written.of(peer)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--peer: " + peer + " is none of " + Written.labels()));
        Report report = new Report(written, spec.commandLine().getOut());
        report.peer(Libtorch.version());
        Set<String> chosen = new LinkedHashSet<>(cases);
        Comparison comparison = new Comparison(written, chosen, new Turns(rounds, seconds), report);
        for (int n : threads) {
            comparison.run(n);
        }
        report.write(out);
        return 0;
    }

    private void checkOptions() {
        for (String name : cases) {
            require(Comparison.CASES.contains(name), "--cases: " + name + " is none of " + Comparison.CASES);
        }
        int cores = Runtime.getRuntime().availableProcessors();
        for (int n : threads) {
            require(n >= 1 && n <= cores, "--threads must be in 1.." + cores + " on this machine, found " + n);
        }
        require(rounds >= 1, "--rounds must be positive, found " + rounds);
        require(seconds > 0 && Double.isFinite(seconds), "--seconds must be positive and finite, found " + seconds);
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }
}
