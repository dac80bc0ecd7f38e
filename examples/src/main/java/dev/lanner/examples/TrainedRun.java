package dev.lanner.examples;

import dev.lanner.hstu.model.Settings;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A finished run and its figures, as it is kept.
 *
 * @param config all that it depends on but the code
 * @param commit the code's version
 * @param parameters how many the model has
 * @param epochs how many were trained
 * @param bestEpoch the one whose figures these are, by validation NDCG@10
 * @param minutes of training and validation
 * @param backend that it was trained on
 * @param threads of the CPU
 * @param validation figures on the validation targets
 * @param test figures on the test targets; of a model with query time asked at the time of the target
 * @param testAtLastEvent the same asked at the time of the last event; null for a model without query time
 */
record TrainedRun(
        RunConfig config,
        String commit,
        long parameters,
        int epochs,
        int bestEpoch,
        double minutes,
        String backend,
        int threads,
        Evaluation validation,
        Evaluation test,
        Evaluation testAtLastEvent) {
    /**
     * Reads what is kept of a run.
     *
     * @throws IOException if it is of a run with other settings, or the file cannot be read
     */
    static TrainedRun read(Path file, RunConfig config) throws IOException {
        TrainedRun run = Settings.read(file, TrainedRun.class);
        if (!run.config().isLike(config)) {
            throw new IOException(file + ": is of a run with other settings; delete it to train anew");
        }
        return run;
    }
}
