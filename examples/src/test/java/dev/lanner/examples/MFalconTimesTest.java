package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program that measures serving: its lines, not its times. */
class MFalconTimesTest {
    private static final String TIME = "\\d+\\.\\d+";
    private static final Pattern DIFFERENCE = Pattern.compile("largest_relative=(\\S+)$");

    @TempDir
    private Path scratch;

    private static void assertLines(List<String> lines, int items, int... lengths) {
        int line = 0;
        for (int n : lengths) {
            assertLine(
                    lines.get(line++),
                    "RATIO case=mfalcon n=" + n + " candidates=" + items + " threads=\\d+ cached_ms=" + TIME
                            + " one_by_one_ms=" + TIME + " ratio=" + TIME + " encode_ms=" + TIME
                            + " ratio_with_encode=" + TIME);
            String difference = lines.get(line++);
            Matcher largest = DIFFERENCE.matcher(difference);
            assertTrue(largest.find(), difference);
            assertTrue(Double.parseDouble(largest.group(1)) <= 1e-5, difference);
        }
        String milliseconds = "p50_ms=" + TIME + " p99_ms=" + TIME;
        String microseconds = "p50_us=" + TIME + " p99_us=" + TIME;
        String n = "n=" + lengths[0];
        assertLine(lines.get(line++), "LATENCY case=catalogue " + n + " candidates=" + items + " " + milliseconds);
        assertLine(lines.get(line++), "LATENCY case=top100_ranked " + n + " candidates=\\d+ " + milliseconds);
        assertLine(lines.get(line++), "LATENCY case=append n=" + (lengths[0] - 1) + " " + milliseconds);
        for (int searched : new int[] {items, 300}) {
            assertLine(lines.get(line++), "LATENCY case=exact_top10 items=" + searched + " " + microseconds);
            assertLine(
                    lines.get(line++),
                    "LATENCY case=hnsw_top10 items=" + searched + " " + microseconds
                            + " recall@10=[01]\\.\\d{4} settings=\\S+ build_s=" + TIME);
        }
        assertLine(
                lines.get(line++),
                "THROUGHPUT case=mixed threads=32 requests=200 one_thread_per_s=\\d+ many_per_s=\\d+ ratio=" + TIME
                        + " identical=true");
        assertEquals(line, lines.size());
    }

    private static void assertLine(String line, String pattern) {
        assertTrue(line.matches(pattern), () -> line + " is not " + pattern);
    }

    @Test
    void aFreshModelByTheLauncher() throws Exception {
        Outcome outcome = Launcher.startProgram(
                        "MFalcon",
                        scratch,
                        "--items",
                        150,
                        "--lengths",
                        "20,9",
                        "--large",
                        300,
                        "--requests",
                        200,
                        "--runs",
                        3,
                        "--warm-up",
                        0,
                        "--passes",
                        1)
                .end();
        assertEquals(0, outcome.exit(), outcome::toString);
        assertEquals(List.of(), outcome.err());
        assertLines(outcome.out(), 150, 20, 9);
    }

    @Test
    void aModelTrainedOnTheSample() {
        Path run = scratch.resolve("run");
        Outcome.inProcess(
                        "--sample",
                        "--epochs",
                        1,
                        "--quiet",
                        "--set",
                        "model.loss.ratingTargetAware=true",
                        "--out",
                        run)
                .result();
        Outcome outcome = Outcome.inProcess(
                MFalconTimes.commandLine(),
                "--model",
                run,
                "--lengths",
                200,
                "--large",
                300,
                "--requests",
                200,
                "--runs",
                3,
                "--warm-up",
                0,
                "--passes",
                1);
        assertEquals(0, outcome.exit(), outcome::toString);
        assertLines(outcome.out(), 400, 200);
    }

    @Test
    void helpListsTheOptions() throws Exception {
        Outcome outcome = Launcher.startProgram("MFalcon", scratch, "--help").end();
        assertEquals(0, outcome.exit());
        String help = String.join("\n", outcome.out());
        for (String option : List.of(
                "--model",
                "--items",
                "--lengths",
                "--large",
                "--requests",
                "--runs",
                "--passes",
                "--warm-up",
                "--threads",
                "--help",
                "-Dbackend=")) {
            assertTrue(help.contains(option), () -> option + " is not in: " + help);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense | Unknown option: '--nonsense'",
                "--items 9 | --items must be at least 10, found 9",
                "--lengths 1 | --lengths must be at least 2, found 1",
                "--runs 0 | counts must be positive, found 0",
                "--warm-up -1 | --warm-up must be in 0..600, found -1.0",
                "--threads 0 | --threads must be in 1..1024, found 0",
                "--model nowhere | nowhere: no such directory",
                "--model . --items 20 | --items is for a fresh model, --model has its own",
            })
    void mistakesAreTold(String arguments, String told) {
        Outcome.inProcess(MFalconTimes.commandLine(), (Object[]) arguments.split(" ", -1))
                .assertUsageErrorOf("MFalcon", told);
    }
}
