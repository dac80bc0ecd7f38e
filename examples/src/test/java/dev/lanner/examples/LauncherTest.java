package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.nn.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the launcher itself, in processes of its own. */
class LauncherTest {
    private static final int SIGINT = 2;

    @TempDir
    private Path scratch;

    @Test
    void helpListsTheOptions() throws Exception {
        Outcome outcome = Launcher.run(scratch, "--help");
        assertEquals(0, outcome.exit());
        assertEquals(List.of(), outcome.err());
        String help = String.join("\n", outcome.out());
        for (String option : List.of(
                "--data",
                "--sample",
                "--preset",
                "--set",
                "--epochs",
                "--batch-size",
                "--lr",
                "--seed",
                "--threads",
                "--out",
                "--resume",
                "--quiet",
                "--help",
                "-Dbackend=")) {
            assertTrue(help.contains(option), () -> option + " is not in: " + help);
        }
    }

    @Test
    void quietSampleRunPrintsTheResultAndWritesTheRun() throws Exception {
        Path run = scratch.resolve("run");
        Outcome outcome = Launcher.run(scratch, "--sample", "--epochs", 1, "--out", run, "--quiet");
        String result = outcome.result();
        assertEquals(1, outcome.out().size());
        assertTrue(result.startsWith("RESULT dataset=sample preset=article seed=1 epochs=1 best_epoch=1 "), result);
        for (String file : List.of(
                "config.json",
                "metrics.csv",
                "model.safetensors",
                "checkpoint.safetensors",
                "data/ratings.dat",
                "data/movies.dat",
                "report.html")) {
            assertTrue(Files.size(run.resolve(file)) > 0, file);
        }
        assertEquals(2, Files.readAllLines(run.resolve("metrics.csv")).size(), "a header and an epoch");
    }

    @Test
    void tellsOfDataModelAndEpochs() throws Exception {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Outcome outcome = Launcher.run(scratch, "--data", data, "--epochs", 2);
        assertTrue(outcome.result().startsWith("RESULT dataset=tiny "), outcome::toString);
        assertEquals(6, outcome.out().size(), outcome::toString);
        assertTrue(outcome.out().get(0).matches("data: tiny, 40 users, \\d+ items, .* ratings \\(positive .*"));
        assertTrue(outcome.out().get(1).matches("model: preset article, [0-9,]+ parameters; backend cpu; 2 epochs .*"));
        assertTrue(outcome.out().get(2).startsWith("epoch   1  loss "));
        assertTrue(outcome.out().get(3).startsWith("epoch   2  loss "));
        assertTrue(outcome.out().get(4).matches("test, no query time  HR@10 [01][.]\\d{4}  NDCG@10 .*"));
        try (var runs = Files.list(scratch.resolve("runs"))) {
            assertEquals(1, runs.count(), "runs below runs/");
        }
    }

    @Test
    void aPresetWithQueryTimeTellsOfBothWaysOfAsking() throws Exception {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Outcome outcome =
                Launcher.run(scratch, "--data", data, "--preset", "paper", "--epochs", 1, "--set", "model.blocks=1");
        assertEquals(0, outcome.exit(), outcome::toString);
        List<String> out = outcome.out();
        assertTrue(out.get(3).startsWith("test, with query time     HR@10 "), outcome::toString);
        assertTrue(out.get(4).startsWith("test, without query time  HR@10 "), outcome::toString);
        assertTrue(
                out.get(5)
                        .matches("RESULT dataset=tiny preset=paper seed=1 .* no_query_time_test_hr@10=[01][.]\\d{4}"
                                + " no_query_time_test_ndcg@10=[01][.]\\d{4} seconds=.*"),
                outcome::toString);
        assertFalse(out.get(5).contains("rating_rmse"), outcome::toString);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameResult() throws Exception {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path one = scratch.resolve("one");
        Path two = scratch.resolve("two");
        Outcome with1 = Launcher.run(scratch, "--data", data, "--epochs", 2, "--quiet", "--threads", 1, "--out", one);
        Outcome with2 = Launcher.run(scratch, "--data", data, "--epochs", 2, "--quiet", "--threads", 2, "--out", two);
        assertEquals(with1.result(), with2.result());
        for (String file : List.of("model.safetensors", "metrics.csv", "config.json")) {
            assertArrayEquals(Files.readAllBytes(one.resolve(file)), Files.readAllBytes(two.resolve(file)), file);
        }
        assertSameContents(one.resolve("checkpoint.safetensors"), two.resolve("checkpoint.safetensors"));
    }

    @ParameterizedTest
    @CsvSource({
        "-Dbackend=tornado, TORNADOVM_HOME",
        "-Dbackend=nonsense, 'known names are cpu, tornado and reference'",
        "-Dlanner.threads=many, expected a whole number",
        "--eposch, Unknown option",
    })
    void badUsageStopsBeforeAnythingIsWritten(String argument, String told) throws Exception {
        Path run = scratch.resolve("run");
        Launcher.run(scratch, "--sample", "--out", run, argument).assertUsageError(told);
        assertFalse(Files.exists(run));
    }

    @Test
    void badDataStopBeforeAnythingIsWritten() throws Exception {
        Path run = scratch.resolve("run");
        Path ratings = scratch.resolve("ratings.dat");
        Files.writeString(ratings, "1::2::3::4\n1::2::6::5\n");
        Launcher.run(scratch, "--data", scratch, "--out", run)
                .assertUsageError(ratings + ":2: rating must be at most 5, found \"1::2::6::5\"");
        assertFalse(Files.exists(run));
    }

    @Test
    void interruptLeavesTheLastCompleteCheckpoint() throws Exception {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path run = scratch.resolve("run");
        Launcher launcher = Launcher.start(scratch, "--data", data, "--epochs", 100_000, "--out", run);
        Process process = launcher.process();
        Path checkpoint = run.resolve("checkpoint.safetensors");
        while (!Files.exists(checkpoint) && process.isAlive()) {
            Thread.sleep(5);
        }
        assertTrue(process.isAlive(), "ended before it was interrupted");
        // A shell starts a job in the background with interrupts ignored, and so what the job starts.
        String signal = ignoresInterrupt(process.pid()) ? "TERM" : "INT";
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still running after the interrupt");
        Outcome outcome = launcher.end();
        assertTrue(outcome.exit() > 128, outcome::toString);
        assertEquals(List.of(), outcome.err());

        int epochs = Math.toIntExact(
                Safetensors.read(checkpoint).metadata().get("metrics").lines().count());
        Path whole = scratch.resolve("whole");
        Outcome.inProcess("--data", data, "--epochs", epochs, "--out", whole).result();
        assertSameContents(whole.resolve("checkpoint.safetensors"), checkpoint);
    }

    private static void assertSameContents(Path expected, Path actual) throws IOException {
        Safetensors.Contents one = Safetensors.read(expected);
        Safetensors.Contents other = Safetensors.read(actual);
        assertEquals(one.metadata(), other.metadata());
        assertEquals(one.tensors().keySet(), other.tensors().keySet());
        one.tensors()
                .forEach((name, tensor) -> assertArrayEquals(
                        tensor.toFloats(), other.tensors().get(name).toFloats(), name));
    }

    private static boolean ignoresInterrupt(long pid) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.exists(status)) {
            return false;
        }
        for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("SigIgn:")) {
                long ignored = Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).trim(), 16);
                return (ignored >> (SIGINT - 1) & 1) == 1;
            }
        }
        return false;
    }
}
