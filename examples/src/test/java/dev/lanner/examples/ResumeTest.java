package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Going on with a run, and doing one again. */
class ResumeTest {
    private static final int BATCH_SIZE = 16;

    @TempDir
    private Path scratch;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = TinyData.write(scratch.resolve("tiny"), 7);
    }

    @Test
    void resumedRunEqualsTheUninterruptedOne() throws IOException {
        Path whole = scratch.resolve("whole");
        String expected = train(whole, 3).result();

        Path parts = scratch.resolve("parts");
        train(parts, 1).result();
        Outcome resumed = Outcome.inProcess("--resume", parts, "--epochs", 3);

        assertEquals(expected, resumed.result());
        assertEquals(
                7, resumed.out().size(), "data, model, where it goes on, epochs 2 and 3, test, result: " + resumed);
        assertSameFiles(whole, parts);
    }

    @Test
    void aRunWhoseLearningRateFallsOverItsEpochsGetsNoMore() throws IOException {
        Path run = scratch.resolve("run");
        Outcome.inProcess("--data", data, "--epochs", 1, "--out", run, "--set", "training.schedule.decay=COSINE")
                .result();
        Map<String, byte[]> before = files(run);
        Outcome.inProcess("--quiet", "--resume", run, "--data", data, "--epochs", 2)
                .assertUsageError(
                        "--resume: the learning rate falls over the run's 1 epochs, so that there cannot be more");
        assertUntouched(before, run);
    }

    @Test
    void finishedRunGivesItsResultAgain() throws IOException {
        Path run = scratch.resolve("run");
        String expected = train(run, 2).result();
        Map<String, byte[]> before = files(run);
        assertEquals(
                expected, Outcome.inProcess("--resume", run, "--data", data).result());
        assertUntouched(before, run);
    }

    @Test
    void unfinishedFilesDoNoHarm() throws IOException {
        Path whole = scratch.resolve("whole");
        String expected = train(whole, 2).result();

        Path parts = scratch.resolve("parts");
        train(parts, 1).result();
        List<Path> halves = new ArrayList<>();
        for (String file : List.of("checkpoint.safetensors", "model.safetensors", "metrics.csv", "config.json")) {
            halves.add(Files.writeString(parts.resolve(file + ".part"), "half of a file"));
        }
        assertEquals(
                expected,
                Outcome.inProcess("--resume", parts, "--data", data, "--epochs", 2)
                        .result());
        for (Path half : halves) {
            assertEquals("half of a file", Files.readString(half), "another writer's, perhaps");
            Files.delete(half);
        }
        assertSameFiles(whole, parts);
    }

    @Test
    void fewerEpochsAreRefused() throws IOException {
        Path run = scratch.resolve("run");
        train(run, 2).result();
        Map<String, byte[]> before = files(run);
        Outcome.inProcess("--resume", run, "--data", data, "--epochs", 1)
                .assertUsageError("--resume: --epochs may only be raised, from 2, found 1");
        assertUntouched(before, run);
    }

    @Test
    void otherDataAreRefused() throws IOException {
        Path run = scratch.resolve("run");
        train(run, 1).result();
        Map<String, byte[]> before = files(run);
        Path other = TinyData.write(scratch.resolve("other"), 8);
        Outcome.inProcess("--resume", run, "--data", other, "--epochs", 2)
                .assertUsageError("--resume: the data are not those that the run was started on (tiny)");
        assertUntouched(before, run);
    }

    @Test
    void aFolderWithoutItsDataIsToldWhatToDo() throws IOException {
        Path run = scratch.resolve("run");
        String expected = train(run, 1).result();
        Files.delete(run.resolve("data").resolve("ratings.dat"));
        // As a run that is stopped while it writes them.
        assertTrue(Files.exists(run.resolve("data").resolve("movies.dat")));
        Map<String, byte[]> before = files(run);
        Outcome.inProcess("--resume", run, "--epochs", 2)
                .assertUsageError("--resume: " + run + " keeps no data; name those of the run by --data");
        assertUntouched(before, run);
        assertEquals(
                expected, Outcome.inProcess("--resume", run, "--data", data).result());
    }

    @Test
    void damagedCheckpointIsRefused() throws IOException {
        Path run = scratch.resolve("run");
        train(run, 1).result();
        Path checkpoint = run.resolve("checkpoint.safetensors");
        byte[] whole = Files.readAllBytes(checkpoint);
        Files.write(checkpoint, Arrays.copyOf(whole, whole.length / 2));
        Map<String, byte[]> before = files(run);
        Outcome.inProcess("--resume", run, "--data", data, "--epochs", 2, "--quiet")
                .assertUsageError(checkpoint + ": not a safetensors file that can be read: ");
        assertUntouched(before, run);
    }

    @Test
    void runIsNotOverwritten() throws IOException {
        Path run = scratch.resolve("run");
        train(run, 1).result();
        Map<String, byte[]> before = files(run);
        Outcome.inProcess("--data", data, "--epochs", 1, "--out", run)
                .assertUsageError(run + ": holds a run already; resume it, or choose another directory");
        assertUntouched(before, run);
    }

    @Test
    void seedDecidesTheResult() {
        String first = train(scratch.resolve("a"), 2, "--seed", 5).result();
        assertEquals(first, train(scratch.resolve("b"), 2, "--seed", 5).result());
        String other = train(scratch.resolve("c"), 2, "--seed", 6).result();
        assertNotEquals(first.replace("seed=5", ""), other.replace("seed=6", ""));
    }

    @Test
    void folderMayBeNamedLikeTheSample() throws IOException {
        Path sample = TinyData.write(scratch.resolve("sample"), 7);
        Path run = scratch.resolve("run");
        String result =
                Outcome.inProcess("--data", sample, "--epochs", 1, "--out", run).result();
        assertEquals("RESULT dataset=folder-sample", result.substring(0, result.indexOf(" preset=")));
        assertEquals(
                result, Outcome.inProcess("--resume", run, "--data", sample).result());
    }

    private Outcome train(Path run, int epochs, Object... more) {
        Object[] arguments = new Object[more.length + 8];
        System.arraycopy(
                new Object[] {"--data", data, "--batch-size", BATCH_SIZE, "--epochs", epochs, "--out", run},
                0,
                arguments,
                0,
                8);
        System.arraycopy(more, 0, arguments, 8, more.length);
        return Outcome.inProcess(arguments);
    }

    private static Map<String, byte[]> files(Path run) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (var paths = Files.walk(run)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(run.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    private static void assertUntouched(Map<String, byte[]> before, Path run) throws IOException {
        Map<String, byte[]> after = files(run);
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    }

    private static void assertSameFiles(Path expected, Path actual) throws IOException {
        assertUntouched(files(expected), actual);
    }
}
