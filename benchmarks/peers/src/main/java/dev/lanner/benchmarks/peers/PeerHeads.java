package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** The losses on a padded batch in libtorch's eager operations. */
interface PeerHeads {
    /** Uniform negatives for each position that {@link #losses} takes them of, I64. */
    NDArray drawNegatives(NDManager manager);

    /**
     * Negatives that are known.
     *
     * @param packed {@code [N, K]}, of the events in the order of the packed batch
     */
    NDArray negatives(int[] packed, NDManager manager);

    /**
     * The losses, means over the events.
     *
     * @param states {@code [B, L, D]}
     * @param negatives from one of the methods above
     */
    PeerLosses losses(NDArray states, NDArray negatives);
}
