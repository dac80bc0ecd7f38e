package dev.lanner.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of programs that train several models several times, and what they print. */
final class ExperimentOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "folder with ratings.dat")
    private Path data;

    @Option(
            names = "--seeds",
            paramLabel = "N|N..M",
            converter = Seeds.Converter.class,
            description = "runs of each, with seeds 1 to N, or N to M (default: 3)")
    private Seeds seeds = new Seeds(1, 3);

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the data (default: the preset's)")
    private Integer epochs;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
    private Integer threads;

    @Option(names = "--quiet", description = "print the table only")
    private boolean quiet;

    /** Checks the values, and sets the CPU threads before the backend starts. */
    void check() {
        Commands.require(spec, epochs == null || epochs >= 1, "--epochs must be positive, found " + epochs);
        Commands.useThreads(spec, threads);
    }

    /** Whether a folder of data was named. */
    boolean namesData() {
        return data != null;
    }

    /** The folder that was named, else MovieLens-1M wherever it can be had. */
    Path folder() throws IOException {
        return data == null ? Ml1mSource.find(this::say) : data;
    }

    /** The data in {@link #folder}. */
    Dataset dataset(Path folder) {
        return data == null ? Dataset.ml1m(folder) : Dataset.read(folder);
    }

    int[] seeds() {
        return seeds.all().toArray();
    }

    /** Null for the preset's. */
    Integer epochs() {
        return epochs;
    }

    /** Runs on some data, told of as it is asked for. */
    Experiments experiments(Dataset dataset) {
        say(dataset.describe());
        return new Experiments(dataset, Commands.commit(), quiet, this::say);
    }

    /** Prints a line unless only the table is wanted. */
    void say(String line) {
        if (!quiet) {
            print(line);
        }
    }

    void print(String text) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(text.stripTrailing());
        writer.flush();
    }
}
