package dev.lanner.examples;

import dev.lanner.hstu.train.RunConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains the models of the published table on MovieLens-1M, and writes the page of results. */
@Command(
        name = "Reproduce",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description =
                "Trains the models of the table of results, several seeds each, one after another, and writes the page.",
        footer = {
            "",
            "Rows: article, softmax (the same with attention by softmax), sasrec, position-only, paper, paper-large.",
            "Finished runs are kept: in the folder of runs, and as one file each beside the page, from where the page is written."
                    + " Started again, it goes on with the run that was stopped.",
            "Without --data: $ML1M_DIR, else ~/.cache/lanner/ml-1m, else a download from GroupLens to there.",
            "-Dbackend=cpu|tornado|reference chooses the backend (default cpu)."
        })
public final class Reproduce implements Callable<Integer> {
    private static final String PROVENANCE = "PROVENANCE.md";

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "folder with ratings.dat")
    private Path data;

    @Option(
            names = "--rows",
            paramLabel = "NAME",
            split = ",",
            description = "what to train, separated by commas (default: all)")
    private List<String> rows;

    @Option(names = "--seeds", paramLabel = "N", description = "runs of each row, with seeds 1 to N (default 3)")
    private int seeds = 3;

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the data (default: the preset's)")
    private Integer epochs;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
    private Integer threads;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of runs (default: runs/reproduce)")
    private Path out = Path.of("runs", "reproduce");

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description =
                    "the page of results; runs are kept in the folder of that name without .md (default: OUT/results.md)")
    private Path page;

    @Option(names = "--quiet", description = "print the page only")
    private boolean quiet;

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with its handling of errors. */
    static CommandLine commandLine() {
        return Commands.of(new Reproduce());
    }

    @Override
    public Integer call() throws IOException {
        List<Row> chosen = checkOptions();
        Path folder = data == null ? Ml1mSource.find(this::say) : data;
        Dataset dataset = Dataset.read(folder);
        say(dataset.describe());
        Path results = page == null ? out.resolve("results.md") : page;
        KeptRuns kept = new KeptRuns(results);
        Experiments experiments = new Experiments(dataset, Commands.commit(), quiet, this::say);
        String provenance = provenance(folder);
        // Whatever is in the way is found before hours of training.
        kept.page(dataset, provenance);
        for (int seed = 1; seed <= seeds; seed++) {
            for (Row row : chosen) {
                RunConfig config = row.variant().config(dataset, seed, epochs);
                if (!kept.has(row, config)) {
                    Experiments.check(config, runFolder(row, seed));
                }
            }
        }
        for (int seed = 1; seed <= seeds; seed++) {
            for (Row row : chosen) {
                String title = row.name() + ", seed " + seed;
                RunConfig config = row.variant().config(dataset, seed, epochs);
                if (kept.has(row, config)) {
                    say(title + ": kept");
                } else {
                    kept.write(row, experiments.run(title, config, runFolder(row, seed)));
                    kept.page(dataset, provenance).write(results);
                }
            }
        }
        ResultsPage whole = kept.page(dataset, provenance);
        whole.write(results);
        print(whole.markdown());
        return 0;
    }

    private Path runFolder(Row row, int seed) {
        return out.resolve(row.name() + "-seed" + seed);
    }

    private List<Row> checkOptions() {
        Commands.require(spec, seeds >= 1, "--seeds must be positive, found " + seeds);
        Commands.require(spec, epochs == null || epochs >= 1, "--epochs must be positive, found " + epochs);
        Commands.require(
                spec, page == null || page.toString().endsWith(".md"), "--page must end in .md, found " + page);
        Commands.useThreads(spec, threads);
        try {
            return rows == null ? Row.ALL : Row.named(rows);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--rows: " + e.getMessage(), e);
        }
    }

    /** The paragraph on timestamps of the note that a copy of the data may come with. */
    private static String provenance(Path folder) throws IOException {
        Path note = folder.resolve(PROVENANCE);
        return Files.isRegularFile(note)
                ? Arrays.stream(Files.readString(note, StandardCharsets.UTF_8).split("\n\\s*\n"))
                        .filter(paragraph -> paragraph.contains("timestamps"))
                        .findFirst()
                        .orElse("")
                        .strip()
                : "";
    }

    private void say(String line) {
        if (!quiet) {
            print(line);
        }
    }

    private void print(String text) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(text.stripTrailing());
        writer.flush();
    }
}
