package dev.lanner.examples;

import dev.lanner.hstu.data.Action;
import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.data.MovieLens;
import dev.lanner.hstu.data.SampleData;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.TrainConfig;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Data and the name that results go under.
 *
 * @param name for the result line
 * @param data ratings, and titles where they are known
 */
record Dataset(String name, MovieLens data) {
    /** The name of the built-in sample. */
    static final String SAMPLE = "sample";

    /** The name of MovieLens-1M where it was not named by its folder. */
    static final String ML1M = "ml-1m";

    static Dataset sample() {
        return new Dataset(SAMPLE, SampleData.generate(SampleData.DEFAULT_SEED));
    }

    static Dataset ml1m(Path folder) {
        return new Dataset(ML1M, MovieLens.read(folder));
    }

    /** Any folder in MovieLens-1M's format, under its own name. */
    static Dataset read(Path folder) {
        MovieLens data = MovieLens.read(folder);
        Path last = folder.toAbsolutePath().normalize().getFileName();
        String name = last == null ? ML1M : last.toString().replaceAll("\\s", "_");
        // The sample's name says that there is no folder to read.
        return new Dataset(name.equals(SAMPLE) ? "folder-" + SAMPLE : name, data);
    }

    /** The events. */
    Interactions interactions() {
        return data.interactions();
    }

    /**
     * The leave-one-out split.
     *
     * @param maxLength L, the most recent events that count
     * @throws DataException if there is nothing to train on
     */
    LeaveOneOut split(int maxLength) {
        LeaveOneOut split = new LeaveOneOut(interactions(), maxLength);
        split.requireTraining(name);
        return split;
    }

    /** The settings of a run of a preset, as suits the data. */
    RunConfig config(String preset) {
        TrainConfig training = TrainConfig.preset(preset);
        return RunConfig.of(
                name, interactions(), HstuConfig.preset(preset), name.equals(SAMPLE) ? training.onSample() : training);
    }

    /** One line with the counts. */
    String describe() {
        Interactions interactions = interactions();
        return String.format(
                Locale.ROOT,
                "data: %s, %,d users, %,d items, %,d ratings (positive %,d, neutral %,d, negative %,d)",
                name,
                interactions.userCount(),
                interactions.itemCount(),
                interactions.eventCount(),
                interactions.count(Action.POSITIVE),
                interactions.count(Action.NEUTRAL),
                interactions.count(Action.NEGATIVE));
    }
}
