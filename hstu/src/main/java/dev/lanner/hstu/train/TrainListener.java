package dev.lanner.hstu.train;

/** Watches a training run. */
public interface TrainListener {
    /** Watches nothing. */
    TrainListener NONE = new TrainListener() {};

    /**
     * An epoch begins.
     *
     * @param epoch counted from 1
     * @param batches how many steps it has
     */
    default void epochStarted(int epoch, int batches) {}

    /**
     * A step was taken. Where steps are recorded, this is told for several of them together.
     *
     * @param loss the total loss of the batch
     * @param tokens events in the batch
     */
    default void stepDone(double loss, int tokens) {}

    /** An epoch was trained, validated and saved. */
    default void epochDone(EpochMetrics metrics) {}
}
