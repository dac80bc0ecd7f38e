package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.train.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AblationTest {
    @TempDir
    private Path scratch;

    private Outcome run(Object... arguments) {
        return Outcome.inProcess(Ablation.commandLine(), arguments);
    }

    @Test
    void helpListsOptionsAndVariants() throws Exception {
        Outcome outcome = Launcher.runProgram("Ablation", scratch, "--help");
        assertEquals(0, outcome.exit());
        String help = String.join("\n", outcome.out());
        for (String option :
                List.of("--data", "--sample", "--variants", "--seeds", "--epochs", "--threads", "--out", "--quiet")) {
            assertTrue(help.contains(option), option);
        }
        for (Variant variant : Variant.ALL) {
            assertTrue(help.contains(variant.name()), variant.name());
        }
    }

    @Test
    void runsOnTheSample() throws Exception {
        Path out = scratch.resolve("out");
        Outcome outcome = Launcher.runProgram(
                "Ablation",
                scratch,
                "--sample",
                "--variants",
                "sasrec,softmax",
                "--seeds",
                1,
                "--epochs",
                1,
                "--out",
                out);
        assertEquals(0, outcome.exit(), outcome::toString);
        List<String> table = Files.readAllLines(out.resolve("ablation.md"));
        assertEquals(4, table.size(), table::toString);
        assertTrue(
                table.get(2).matches("\\| sasrec \\| preset `sasrec` \\| 1 \\|( 0\\.\\d{4} \\|){7} \\|"), table.get(2));
        assertTrue(
                table.get(3).matches("\\| softmax \\| `attention.activation=SOFTMAX` \\| 1 \\|( [0-9.]{6} \\|){8}"),
                table.get(3));
        List<String> printed = outcome.out();
        assertEquals(table, printed.subList(printed.size() - 4, printed.size()));
    }

    @Test
    void everyVariantIsTrainedAndFinishedRunsAreKept() throws IOException {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path out = scratch.resolve("out");
        Object[] arguments = {"--data", data, "--epochs", 1, "--seeds", 1, "--out", out};
        Outcome first = run(arguments);
        assertEquals(0, first.exit(), first::toString);
        String csv = Files.readString(out.resolve("ablation.csv"));
        assertEquals(1 + Variant.ALL.size(), csv.lines().count());
        assertTrue(csv.startsWith("variant,runs,HR@10_mean,HR@10_spread,NDCG@10_mean,"), csv);

        Outcome again = run(arguments);
        assertEquals(csv, Files.readString(out.resolve("ablation.csv")));
        assertEquals(
                Variant.ALL.size(),
                again.out().stream()
                        .filter(line -> line.endsWith(", seed 1: kept"))
                        .count());

        // A second seed goes beside the first; a run that has no result yet goes on.
        Files.delete(out.resolve("article-seed1").resolve(Experiments.RESULT));
        Outcome more = run("--data", data, "--epochs", 1, "--variants", "article", "--out", out, "--seeds", 2);
        assertEquals(0, more.exit(), more::toString);
        List<String> rows = Files.readAllLines(out.resolve("ablation.csv"));
        assertTrue(rows.get(1).startsWith("article,2,"), rows::toString);
        assertTrue(csv.lines().toList().get(1).startsWith("article,1,"), csv);
        assertTrue(more.out().stream().noneMatch(line -> line.endsWith("kept")), more::toString);

        run("--quiet", "--data", data, "--epochs", 2, "--variants", "article", "--out", out)
                .assertUsageErrorOf("Ablation", out.resolve("article-seed1") + ": holds a run with other settings");
    }

    @Test
    void whatIsInTheWayIsFoundBeforeTheFirstRun() throws IOException {
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Path out = scratch.resolve("out");
        Path taken = Files.createDirectories(out.resolve("article-seed2"));
        Files.createFile(taken.resolve("metrics.csv"));
        run("--quiet", "--data", data, "--epochs", 1, "--seeds", 2, "--variants", "softmax,article", "--out", out)
                .assertUsageErrorOf("Ablation", taken + ": holds metrics.csv of a run without its config.json");
        assertFalse(Files.exists(out.resolve("softmax-seed1")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--variants nope | --variants: variant nope is not there; variants: article, softmax, bias-none",
                "--seeds 0 | Invalid value for option '--seeds': must be like 3 or 2..3, from 1 and of at most nine digits, found '0'",
                "--epochs 0 | --epochs must be positive, found 0",
                "--threads 0 | --threads must be in 1..1024, found 0",
                "--data . | --data and --sample exclude each other",
                "--nonsense | Unknown option: '--nonsense'",
            })
    void mistakesAreToldBeforeAnythingIsWritten(String arguments, String told) {
        Path out = scratch.resolve("out");
        String all = "--sample --out " + out + " " + arguments;
        run((Object[]) all.split(" ", -1)).assertUsageErrorOf("Ablation", told);
        assertFalse(Files.exists(out));
    }

    private static Evaluation figures(double hitRate) {
        return new Evaluation(hitRate, 0.25, 0.5, 0.5, 0.5, 0.5, 0.125, 0, 0);
    }

    @Test
    void theTableHasMeanAndSampleDeviation() {
        Variant article = Variant.ALL.get(0);
        AblationTable table = new AblationTable(Variant.ALL);
        table.add(article, figures(0.5));
        table.add(article, figures(0.75));
        table.add(article, figures(1));
        assertEquals(
                "| variant | what it is | runs | HR@10 | NDCG@10 | HR@50 | NDCG@50 | HR@200 | NDCG@200 | MRR | RMSE |\n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|\n"
                        + "| article | preset `article` | 3 | 0.7500 ± 0.2500 | 0.2500 ± 0.0000 | 0.5000 ± 0.0000 |"
                        + " 0.5000 ± 0.0000 | 0.5000 ± 0.0000 | 0.5000 ± 0.0000 | 0.1250 ± 0.0000 | |\n",
                table.markdown());
        assertEquals(
                "article,3,0.75,0.25,0.25,0.0,0.5,0.0,0.5,0.0,0.5,0.0,0.5,0.0,0.125,0.0,0.0,0.0",
                table.csv().lines().toList().get(1));
    }
}
