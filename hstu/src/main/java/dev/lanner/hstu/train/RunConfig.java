package dev.lanner.hstu.train;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * All that a training run depends on: the content of {@code config.json}.
 *
 * @param dataset the name of the data
 * @param fingerprint of the interactions, so that a run is never resumed on other data
 * @param items V
 * @param model the model's settings
 * @param training the training's settings
 */
public record RunConfig(String dataset, String fingerprint, int items, HstuConfig model, TrainConfig training) {
    /** Checks that nothing is missing. */
    public RunConfig {
        if (dataset == null || fingerprint == null || model == null || training == null) {
            throw new IllegalArgumentException("config: dataset, fingerprint, model and training must be there");
        }
        if (items < 1) {
            throw new IllegalArgumentException("config: items must be positive, found " + items);
        }
    }

    /** The settings of a run on some data. */
    public static RunConfig of(String dataset, Interactions data, HstuConfig model, TrainConfig training) {
        return new RunConfig(dataset, data.fingerprint(), data.itemCount(), model, training);
    }

    /** Whether a run is one of the same settings on the same data, whatever the data are called. */
    public boolean isLike(RunConfig other) {
        return equals(new RunConfig(dataset, other.fingerprint, other.items, other.model, other.training));
    }

    /** The settings as indented JSON. */
    public byte[] toJson() {
        return Settings.toJson(this);
    }

    /**
     * The same run with other values of some of its settings; rules are looked at when all are changed.
     *
     * @param changes by names as {@code config.json} has them, with dots, like {@code model.attention.heads}; a value is of the
     *     setting's type, and a text for a setting that is none is read as JSON
     * @throws IllegalArgumentException if there is no such setting below {@code model} or {@code training}, or one that says what the run
     *     is and not how it is done; if one is of another type; or if the result breaks a rule
     */
    public RunConfig with(Map<String, ?> changes) {
        for (String name : changes.keySet()) {
            boolean isSetting = name.startsWith("model.") || name.startsWith("training.");
            if (!isSetting || name.equals("model.preset")) {
                throw new IllegalArgumentException("config: " + name
                        + " cannot be changed; what can begins with model. or training., but for model.preset");
            }
        }
        return Settings.with(this, changes);
    }

    /** The same run for another number of epochs. */
    public RunConfig withEpochs(int epochs) {
        return new RunConfig(dataset, fingerprint, items, model, training.withEpochs(epochs));
    }

    /**
     * Reads settings, those of runs from before there were switches too.
     *
     * @throws IOException if the file cannot be read, is no JSON, or breaks a rule; the message names it
     */
    public static RunConfig read(Path file) throws IOException {
        return Settings.read(file, RunConfig.class);
    }
}
