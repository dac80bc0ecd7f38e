package dev.lanner.tensor;

/**
 * Names a stream of counter-based random numbers: element i of the stream is a function of (seed, step, stream, i) alone, so that
 * a dropout mask can be drawn again in the backward pass, and is the same on every backend and thread count.
 *
 * @param seed the run's seed
 * @param step the training step, or {@link #EACH_STEP}
 * @param stream which of the step's draws
 */
public record RandomKey(long seed, int step, int stream) {
    /** Leaves the step open, for draws of a {@link Program}: each run puts its own step in its place. */
    public static final int EACH_STEP = Integer.MIN_VALUE;

    /** The first stream of a seed, for draws outside of any training step. */
    public static RandomKey of(long seed) {
        return new RandomKey(seed, 0, 0);
    }

    /** The same seed and step, another stream. */
    public RandomKey withStream(int other) {
        return new RandomKey(seed, step, other);
    }

    /** This key, or if it leaves the step open, the key of this one. */
    public RandomKey at(int run) {
        return step == EACH_STEP ? new RandomKey(seed, run, stream) : this;
    }
}
