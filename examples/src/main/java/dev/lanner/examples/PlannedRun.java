package dev.lanner.examples;

import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A run that is to be compared with others.
 *
 * @param variant what is trained
 * @param config its settings
 * @param folder of its own
 */
record PlannedRun(Variant variant, RunConfig config, Path folder) {
    /**
     * Runs of variants, seed by seed.
     *
     * @param epochs of each; null for the preset's
     * @param folder that has theirs in it
     */
    static List<PlannedRun> all(List<Variant> variants, int[] seeds, Integer epochs, Dataset dataset, Path folder) {
        List<PlannedRun> planned = new ArrayList<>();
        for (int seed : seeds) {
            for (Variant variant : variants) {
                planned.add(new PlannedRun(
                        variant,
                        variant.config(dataset, seed, epochs),
                        folder.resolve(variant.name() + "-seed" + seed)));
            }
        }
        return planned;
    }

    long seed() {
        return config.training().seed();
    }

    String title() {
        return variant.name() + ", seed " + seed();
    }

    /**
     * Finds what is in the way of the run, which goes on if its folder has one that was stopped.
     *
     * @throws IOException if the folder holds a run with other settings, or something else
     */
    RunDirectory check() throws IOException {
        boolean begun = Files.exists(folder.resolve("config.json"));
        RunDirectory directory = begun ? RunDirectory.open(folder) : RunDirectory.create(folder);
        if (begun && !directory.config().isLike(config)) {
            throw new IOException(folder + ": holds a run with other settings; choose another --out");
        }
        return directory;
    }
}
