package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user can do wrong: exit code 2, one line that says what, and nothing written. */
class BadInputTest {
    private static final String GOOD_LINE = "1::2::3::4\n";

    @TempDir
    private Path scratch;

    private Path run;

    @BeforeEach
    void chooseRun() {
        run = scratch.resolve("run");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense | Unknown option: '--nonsense'",
                "file | Unmatched argument at index 3: 'file'",
                "--epochs | Missing required parameter for option '--epochs'",
                "--epochs 0 | --epochs must be positive, found 0",
                "--epochs -3 | --epochs must be positive, found -3",
                "--epochs x | Invalid value for option '--epochs': 'x' is not an int",
                "--epochs 99999999999 | Invalid value for option '--epochs'",
                "--epochs 1 --epochs 2 | option '--epochs' (N) should be specified only once",
                "--batch-size 0 | --batch-size must be positive, found 0",
                "--lr -1 | --lr must be positive and finite, found -1.0",
                "--lr 0 | --lr must be positive and finite, found 0.0",
                "--lr NaN | --lr must be positive and finite, found NaN",
                "--lr Infinity | --lr must be positive and finite, found Infinity",
                "--seed 1.5 | Invalid value for option '--seed': '1.5' is not a long",
                "--threads 0 | --threads must be in 1..1024, found 0",
                "--threads 1000000 | --threads must be in 1..1024, found 1000000",
                "--preset nope | --preset: preset nope is not there; presets: [article, paper",
                "--set model.heads=2 | --set: config: there is no setting model.heads; found instead of heads: preset, width",
                "--set model.blocks=0 | --set: config: blocks must be positive, found 0",
                "--set model.blocks | Value for option option '--set' (NAME=VALUE) should be in KEY=VALUE format",
                "--data . | --data and --sample exclude each other",
                "--resume . | --resume goes on with the run's own configuration",
            })
    void options(String arguments, String told) throws IOException {
        String all = "--sample --out " + run + " " + arguments;
        Outcome.inProcess((Object[]) all.split(" ", -1)).assertUsageError(told);
        assertNothingWritten();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1::2::3 | :2: expected user::movie::rating::timestamp, found \"1::2::3\"",
                "1::2::3::4::5 | :2: expected user::movie::rating::timestamp",
                "1,2,3,4 | :2: expected user::movie::rating::timestamp",
                "1::2::6::4 | :2: rating must be at most 5",
                "1::2::0::4 | :2: rating must be at least 1",
                "1::2::-1::4 | :2: rating must be at least 1",
                "1::abc::3::4 | :2: movie must be a whole number",
                "1::2::3.5::4 | :2: rating must be a whole number",
                "::2::3::4 | :2: user is missing",
                "2147483648::2::3::4 | :2: user must be at most 2147483647",
                "1::2::3::99999999999999999999 | :2: timestamp must be at most 9223372036854775807",
            })
    void ratings(String line, String told) throws IOException {
        Path file = ratings((GOOD_LINE + line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        Outcome.inProcess("--data", scratch, "--out", run).assertUsageError(file + told);
        assertNothingWritten("ratings.dat");
    }

    @Test
    void emptyRatings() throws IOException {
        Path file = ratings(new byte[0]);
        Outcome.inProcess("--data", scratch, "--out", run).assertUsageError(file + ": is empty");
        assertNothingWritten("ratings.dat");
    }

    @Test
    void binaryRubbish() throws IOException {
        byte[] rubbish = new byte[3000];
        for (int i = 0; i < rubbish.length; i++) {
            rubbish[i] = (byte) (i * 37 + i / 256);
        }
        Path file = ratings(rubbish);
        Outcome.inProcess("--data", scratch, "--out", run)
                .assertUsageError(file + ":1: expected user::movie::rating::timestamp");
        assertNothingWritten("ratings.dat");
    }

    @Test
    void tooFewRatingsToSplit() throws IOException {
        ratings((GOOD_LINE + "1::3::3::5\n1::4::3::6\n2::4::3::6\n").getBytes(StandardCharsets.ISO_8859_1));
        Outcome.inProcess("--data", scratch, "--out", run).assertUsageError("no user has the 4 ratings");
        assertNothingWritten("ratings.dat");
    }

    @Test
    void noSuchDirectory() throws IOException {
        Path missing = scratch.resolve("missing");
        Outcome.inProcess("--data", missing, "--out", run).assertUsageError(missing + ": no such directory");
        assertNothingWritten();
    }

    @Test
    void noRatingsInTheDirectory() throws IOException {
        Outcome.inProcess("--data", scratch, "--out", run)
                .assertUsageError(scratch.resolve("ratings.dat") + ": no such file");
        assertNothingWritten();
    }

    @Test
    void resumeOfWhatIsNoRun() throws IOException {
        Path missing = scratch.resolve("missing");
        Outcome.inProcess("--resume", missing).assertUsageError(missing + ": no such directory");
        Outcome.inProcess("--resume", scratch).assertUsageError(scratch + ": holds no run: config.json is missing");
        assertNothingWritten();
    }

    @ParameterizedTest
    @CsvSource({
        "--lr, 0.1",
        "--seed, 2",
        "--batch-size, 4",
        "--preset, article",
        "--set, model.blocks=1",
        "--out, other"
    })
    void resumeWithSettingsOfItsOwn(String option, String value) throws IOException {
        Outcome.inProcess("--resume", scratch, option, value)
                .assertUsageError("--resume goes on with the run's own configuration; only --epochs");
        assertNothingWritten();
    }

    @Test
    void resumeOfABrokenConfiguration() throws IOException {
        Path config = scratch.resolve("config.json");
        Files.writeString(config, "{\n  \"dataset\": \"tiny\",\n  oops\n");
        Files.writeString(scratch.resolve("checkpoint.safetensors"), "rubbish");
        Outcome.inProcess("--resume", scratch).assertUsageError(config + ":3: ");
    }

    @Test
    void outBelowAFile() throws IOException {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path file = Files.writeString(scratch.resolve("file"), "kept");
        Outcome.inProcess("--quiet", "--data", data, "--out", file).assertUsageError(file + ": is not a directory");
        Outcome.inProcess("--quiet", "--data", data, "--out", file.resolve("run"))
                .assertUsageError(file.toString());
        assertEquals("kept", Files.readString(file));
    }

    private Path ratings(byte[] content) throws IOException {
        return Files.write(scratch.resolve("ratings.dat"), content);
    }

    private void assertNothingWritten(String... inputs) throws IOException {
        assertFalse(Files.exists(run));
        try (var files = Files.list(scratch)) {
            assertEquals(
                    List.of(inputs),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }
}
