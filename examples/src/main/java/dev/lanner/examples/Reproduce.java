package dev.lanner.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "Finished runs are kept: in the folder of runs, and as one file each beside the page, from where the page is written."
                    + " Started again, it goes on with the run that was stopped.",
            "Without --data: $ML1M_DIR, else ~/.cache/lanner/ml-1m, else a download from GroupLens to there.",
            "-Dbackend=cpu|tornado|reference chooses the backend (default cpu)."
        })
public final class Reproduce implements Callable<Integer> {
    private static final String PROVENANCE = "PROVENANCE.md";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--rows",
            paramLabel = "NAME",
            split = ",",
            completionCandidates = Row.Names.class,
            description = "what to train, separated by commas, of ${COMPLETION-CANDIDATES} (default: all)")
    private List<String> rows;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of runs (default: runs/reproduce)")
    private Path out = Path.of("runs", "reproduce");

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description =
                    "the page of results; runs are kept in the folder of that name without .md (default: OUT/results.md)")
    private Path page;

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
        Path folder = options.folder();
        Dataset dataset = options.dataset(folder);
        Experiments experiments = options.experiments(dataset);
        Path file = page == null ? out.resolve("results.md") : page;
        KeptRuns kept = new KeptRuns(file);
        String provenance = provenance(folder);
        ResultsPage written = kept.page(dataset, provenance);
        // Whatever is in the way is found before hours of training.
        List<PlannedRun> missing = new ArrayList<>();
        List<Variant> variants = chosen.stream().map(Row::variant).toList();
        for (PlannedRun run : PlannedRun.all(variants, options.seeds(), options.epochs(), dataset, out)) {
            if (kept.has(run)) {
                options.say(run.title() + ": kept");
            } else {
                run.check();
                missing.add(run);
            }
        }
        for (PlannedRun run : missing) {
            kept.write(run, experiments.run(run));
            written = kept.page(dataset, provenance);
            written.write(file);
        }
        written.write(file);
        options.print(written.markdown());
        return 0;
    }

    private List<Row> checkOptions() {
        Commands.require(
                spec, page == null || page.toString().endsWith(".md"), "--page must end in .md, found " + page);
        options.check();
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
}
