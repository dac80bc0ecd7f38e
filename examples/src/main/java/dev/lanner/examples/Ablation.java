package dev.lanner.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains variants of the model, several times each, and writes one table of their test figures. */
@Command(
        name = "Ablation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description =
                "Trains variants of the model with several seeds each, and writes one table of their test figures,"
                        + " mean and spread: ablation.md and ablation.csv.",
        footer = {
            "",
            "Variants: article (the preset), softmax (attention by softmax instead of SiLU), bias-none, bias-position and"
                    + " bias-time (the terms of the relative attention bias), no-action (input without what was done),"
                    + " full-softmax (loss over all items), sasrec (the preset).",
            "Started again with the same --out, it keeps finished runs and goes on with the one that was stopped; the table has"
                    + " the variants and seeds that were asked for last.",
            "Without --data: $ML1M_DIR, else ~/.cache/lanner/ml-1m, else a download from GroupLens to there.",
            "-Dbackend=cpu|tornado|reference chooses the backend (default cpu)."
        })
public final class Ablation implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ExperimentOptions options;

    @Option(names = "--sample", description = "train on the built-in synthetic sample")
    private boolean sample;

    @Option(
            names = "--variants",
            paramLabel = "NAME",
            split = ",",
            description = "what to train, separated by commas (default: all)")
    private List<String> variants;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of runs and table (default: runs/ablation-DATA)")
    private Path out;

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with its handling of errors. */
    static CommandLine commandLine() {
        return Commands.of(new Ablation());
    }

    @Override
    public Integer call() throws IOException {
        List<Variant> chosen = checkOptions();
        Dataset dataset = sample ? Dataset.sample() : options.dataset(options.folder());
        Path folder = out == null ? Path.of("runs", "ablation-" + dataset.name()) : out;
        Experiments experiments = options.experiments(dataset);
        List<PlannedRun> planned = PlannedRun.all(chosen, options.seeds(), options.epochs(), dataset, folder);
        // Whatever is in the way is found before hours of training.
        for (PlannedRun run : planned) {
            run.check();
        }
        AblationTable table = new AblationTable(chosen);
        for (PlannedRun run : planned) {
            table.add(run.variant(), experiments.run(run).test());
            table.write(folder);
        }
        options.print(table.markdown());
        return 0;
    }

    private List<Variant> checkOptions() {
        Commands.require(spec, !options.namesData() || !sample, "--data and --sample exclude each other");
        options.check();
        try {
            return variants == null
                    ? Variant.ALL
                    : Variant.named(variants.stream().distinct().toList());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--variants: " + e.getMessage(), e);
        }
    }
}
