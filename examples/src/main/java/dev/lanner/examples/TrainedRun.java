package dev.lanner.examples;

import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;

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
        Evaluation testAtLastEvent) {}
