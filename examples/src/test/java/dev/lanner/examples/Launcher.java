package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the launchers, mostly {@code examples/TrainMl1m}, as a user does, on the classes of the build that runs the tests. */
final class Launcher {
    /** The root of the repository: tests run in the folder of their module. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final long LONGEST_MINUTES = 5;

    private final Process process;
    private final Path out;
    private final Path err;

    private Launcher(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts {@code examples/TrainMl1m}.
     *
     * @param scratch an existing folder: where the program runs and its output goes
     */
    static Launcher start(Path scratch, Object... arguments) throws IOException {
        return startProgram("TrainMl1m", scratch, arguments);
    }

    /**
     * Starts one of the launchers.
     *
     * @param program its name
     * @param scratch an existing folder: where the program runs and its output goes
     */
    static Launcher startProgram(String program, Path scratch, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ROOT.resolve("examples").resolve(program).toString());
        command.addAll(List.of(Outcome.texts(arguments)));
        Path out = Files.createTempFile(scratch, "out", ".txt");
        Path err = Files.createTempFile(scratch, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(scratch.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("LANNER_NO_BUILD", "1");
        // As on a machine without TornadoVM: its own tests are in its module.
        builder.environment().remove("TORNADOVM_HOME");
        builder.environment().put("HOME", scratch.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        return new Launcher(process, out, err);
    }

    /** Starts a program and waits for its end. */
    static Outcome runProgram(String program, Path scratch, Object... arguments)
            throws IOException, InterruptedException {
        return startProgram(program, scratch, arguments).end();
    }

    /** Starts {@code examples/TrainMl1m} and waits for its end. */
    static Outcome run(Path scratch, Object... arguments) throws IOException, InterruptedException {
        return start(scratch, arguments).end();
    }

    Process process() {
        return process;
    }

    /** Waits for the end. */
    Outcome end() throws IOException, InterruptedException {
        try {
            assertTrue(
                    process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES),
                    "still running after " + LONGEST_MINUTES + " minutes");
        } finally {
            process.destroyForcibly();
        }
        return Outcome.of(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
