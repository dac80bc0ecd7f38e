package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.tensor.backend.Backends;

/**
 * How training steps are made. The results are the same but for the order of sums.
 *
 * @param recorded whether a step is recorded once as a {@link dev.lanner.tensor.Program} and run again, on batches of a fixed size
 * @param tokenBudget rows of such a batch; one with more events runs in a second program, whose rows are enough for any batch
 */
public record Execution(boolean recorded, int tokenBudget) {
    /** Batches whose events are further above the mean, in standard deviations, are too few to make all others larger for. */
    private static final double DEVIATIONS = 4;
    /** Budgets are multiples of this. */
    private static final int GRAIN = 256;

    /** Checks the budget. */
    public Execution {
        if (tokenBudget < 1) {
            throw new IllegalArgumentException("execution: the token budget must be positive, found " + tokenBudget);
        }
    }

    /**
     * What suits the current backend and the data: a budget that holds all batches of the first epoch and nearly all others, at least 4
     * standard deviations above the mean of random ones, in multiples of 256.
     */
    public static Execution of(LeaveOneOut split, TrainConfig config) {
        double sum = 0;
        double squares = 0;
        int sequences = 0;
        int most = 1;
        for (JaggedBatch batch : split.trainingBatches(config.part(), config.seed(), 1, config.batchSize())) {
            most = Math.max(most, batch.events());
            for (int b = 0; b < batch.sequences(); b++) {
                double length = batch.offsets()[b + 1] - batch.offsets()[b];
                sum += length;
                squares += length * length;
                sequences++;
            }
        }
        int size = Math.min(config.batchSize(), sequences);
        double mean = sum / Math.max(1, sequences);
        double variance = Math.max(0, squares / Math.max(1, sequences) - mean * mean);
        double budget = size * mean + DEVIATIONS * Math.sqrt(size * variance);
        int rows = (int) Math.ceil(Math.max(budget, most) / GRAIN) * GRAIN;
        return new Execution(Backends.current().prefersPrograms(), rows);
    }
}
