package dev.lanner.tensor.backend;

/** A recording that a backend has made ready to run. */
public interface Replay extends AutoCloseable {
    /**
     * Makes all launches.
     *
     * @param step the training step of random keys that leave it open ({@link dev.lanner.tensor.RandomKey#EACH_STEP})
     */
    void run(int step);

    /** Frees what it holds besides the recording's storages, which are their owner's to release. */
    @Override
    void close();
}
