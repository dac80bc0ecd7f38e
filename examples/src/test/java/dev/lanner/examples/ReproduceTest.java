package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.model.Settings;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReproduceTest {
    @TempDir
    private Path scratch;

    private Outcome run(Object... arguments) {
        return Outcome.inProcess(Reproduce.commandLine(), arguments);
    }

    @Test
    void helpListsOptionsAndRows() throws Exception {
        Outcome outcome = Launcher.runProgram("Reproduce", scratch, "--help");
        assertEquals(0, outcome.exit());
        String help = String.join("\n", outcome.out());
        for (String option :
                List.of("--data", "--rows", "--seeds", "--epochs", "--threads", "--out", "--page", "--quiet")) {
            assertTrue(help.contains(option), option);
        }
        for (Row row : Row.ALL) {
            assertTrue(help.contains(row.name()), row.name());
        }
    }

    @Test
    void writesThePageAndGoesOnFromIt() throws IOException {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Files.writeString(
                data.resolve("PROVENANCE.md"), "# Title\n\nNothing else.\n\nSome timestamps\nare estimates.\n");
        Path page = scratch.resolve("docs").resolve("results.md");
        Path out = scratch.resolve("runs");
        Object[] arguments = {
            "--data", data, "--rows", "paper,article", "--epochs", 1, "--seeds", 2, "--out", out, "--page", page
        };
        Outcome first = run(arguments);
        assertEquals(0, first.exit(), first::toString);
        String written = Files.readString(page);
        List<String> lines = written.lines().toList();
        assertTrue(lines.contains("> Some timestamps"), written);
        assertEquals(
                1,
                lines.stream()
                        .filter(line ->
                                line.matches("\\| `article` \\* \\| {2}\\| 2 \\|( [0-9.]{6} ± [0-9.]{6} \\|){6}"))
                        .count(),
                written);
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> line.startsWith("| `paper` * | last event | 2 |"))
                        .count(),
                written);
        assertTrue(
                lines.contains(
                        "| *HSTU (query time), RecTools, HSTU tutorial* | | | *.3227* | *.1879* | *.5894* | *.2471* | *.7858* | *.2769* |"),
                written);
        assertEquals(
                4,
                lines.stream()
                        .filter(line -> line.contains("`examples/Reproduce --data DIR"))
                        .count(),
                written);

        Path kept = page.resolveSibling("results");
        TrainedRun article = Settings.read(kept.resolve("article-seed2.json"), TrainedRun.class);
        assertEquals(2, article.config().training().seed());
        assertEquals(1, article.epochs());
        assertNull(article.testAtLastEvent());
        assertTrue(article.minutes() > 0);

        // Somewhere else, with what is kept beside the page alone: only what is missing there is trained.
        Files.delete(kept.resolve("paper-seed2.json"));
        arguments[7] = "2..2";
        arguments[9] = scratch.resolve("other");
        Outcome again = run(arguments);
        assertEquals(0, again.exit(), again::toString);
        assertEquals(
                1, again.out().stream().filter(line -> line.endsWith(": kept")).count(), again::toString);
        assertTrue(Files.exists(kept.resolve("paper-seed2.json")));
        try (var runs = Files.list(scratch.resolve("other"))) {
            assertEquals(1, runs.count());
        }
        run("--quiet", "--data", data, "--rows", "article", "--epochs", 2, "--page", page)
                .assertUsageErrorOf(
                        "Reproduce", kept.resolve("article-seed1.json") + ": is of a run with other settings");
    }

    @Test
    void aRunThatWasStoppedGoesOnAndItsTimeIsAddedUp() throws IOException {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path out = scratch.resolve("runs");
        Path run = out.resolve("article-seed1");
        Dataset dataset = Dataset.read(data);
        RunConfig config = Row.named(List.of("article")).get(0).variant().config(dataset, 1, 2);
        // As a process leaves it that ended in the first epoch of two, a minute after it had started.
        RunDirectory.create(run).writeConfig(config);
        new Effort("first", 60).write(run);
        Outcome outcome = run("--data", data, "--rows", "article", "--epochs", 2, "--seeds", 1, "--out", out);
        assertEquals(0, outcome.exit(), outcome::toString);
        TrainedRun trained = Settings.read(out.resolve("results").resolve("article-seed1.json"), TrainedRun.class);
        assertEquals("first", trained.commit());
        assertEquals("cpu", trained.backend());
        assertTrue(trained.minutes() > 1, () -> "minutes " + trained.minutes());
        assertTrue(Files.readString(out.resolve("results.md"))
                .contains("`examples/Reproduce --data DIR --rows article --seeds 1..1 --threads " + trained.threads()
                        + " --epochs 2`"));
    }

    @Test
    void aPageIsOfOneDataSetAndOneSettingARow() throws IOException {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path other = TinyData.write(scratch.resolve("other"), 8);
        Path page = scratch.resolve("results.md");
        Path kept = scratch.resolve("results").resolve("article-seed1.json");
        Object[] arguments = {
            "--quiet",
            "--data",
            data,
            "--rows",
            "article",
            "--epochs",
            1,
            "--seeds",
            1,
            "--page",
            page,
            "--out",
            scratch.resolve("runs")
        };
        assertEquals(0, run(arguments).exit());
        arguments[2] = other;
        run(arguments).assertUsageErrorOf("Reproduce", kept + ": is of other data; choose another --page");
        arguments[2] = data;
        arguments[4] = "paper";
        TrainedRun run = Settings.read(kept, TrainedRun.class);
        Files.write(
                kept.resolveSibling("article-seed2.json"),
                Settings.toJson(new TrainedRun(
                        run.config().withEpochs(7),
                        run.commit(),
                        run.parameters(),
                        run.epochs(),
                        run.bestEpoch(),
                        run.minutes(),
                        run.backend(),
                        run.threads(),
                        run.validation(),
                        run.test(),
                        run.testAtLastEvent())));
        run(arguments).assertUsageErrorOf("Reproduce", "results: the runs of article differ in more than their seeds");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rows nope | --rows: row nope is not there; rows: article, softmax, bias-none",
                "--seeds 0 | Invalid value for option '--seeds': must be like 3 or 2..3, from 1 and of at most nine digits, found '0'",
                "--seeds 3..2 | Invalid value for option '--seeds': must go from the smaller to the greater, found '3..2'",
                "--epochs 0 | --epochs must be positive, found 0",
                "--threads 0 | --threads must be in 1..1024, found 0",
                "--page results.html | --page must end in .md, found results.html",
            })
    void mistakesAreToldBeforeAnythingIsWritten(String arguments, String told) throws IOException {
        Path out = scratch.resolve("out");
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        String all = "--data " + data + " --out " + out + " " + arguments;
        run((Object[]) all.split(" ", -1)).assertUsageErrorOf("Reproduce", told);
        assertFalse(Files.exists(out));
    }

    @Test
    void meanAndSampleDeviation() {
        assertEquals("0.7500 ± 0.2500", Mean.of(0.5, 0.75, 1).toString());
        assertEquals("0.5000", Mean.of(0.5).toString());
    }
}
