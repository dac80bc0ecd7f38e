package dev.lanner.hstu.train;

/**
 * Whether parameters are averaged over the epochs; the average is then what is validated and kept.
 *
 * @param decay of the exponential moving average, an update an epoch, in [0, 1); 0 for no average
 */
public record AveragingConfig(double decay) {
    /** The parameters as each epoch leaves them. */
    public static final AveragingConfig NONE = new AveragingConfig(0);

    /** Checks the value. */
    public AveragingConfig {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("config: training.averaging.decay must be in [0, 1), found " + decay);
        }
    }
}
