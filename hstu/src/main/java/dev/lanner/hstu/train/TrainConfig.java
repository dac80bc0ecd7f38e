package dev.lanner.hstu.train;

/**
 * How a model is trained.
 *
 * @param epochs passes over the training sequences
 * @param batchSize sequences in a step
 * @param learningRate of Adam
 * @param seed of initial values, shuffling, dropout and negatives
 * @param patience epochs without a better validation NDCG@10 after which training stops; 0 for never
 */
public record TrainConfig(int epochs, int batchSize, double learningRate, long seed, int patience) {
    /** The preset {@code article}. */
    public static final TrainConfig ARTICLE = new TrainConfig(100, 128, 2e-3, 1, 0);
    /** The preset {@code article} on the synthetic sample: smaller batches, as there are few users. */
    public static final TrainConfig SAMPLE = new TrainConfig(30, 32, 2e-3, 1, 0);

    /** Checks every value. */
    public TrainConfig {
        if (epochs < 1) {
            throw new IllegalArgumentException("config: epochs must be positive, found " + epochs);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("config: the batch size must be positive, found " + batchSize);
        }
        if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException(
                    "config: the learning rate must be positive and finite, found " + learningRate);
        }
        if (patience < 0) {
            throw new IllegalArgumentException("config: patience must not be negative, found " + patience);
        }
    }

    /** The same training for another number of epochs. */
    public TrainConfig withEpochs(int other) {
        return new TrainConfig(other, batchSize, learningRate, seed, patience);
    }
}
