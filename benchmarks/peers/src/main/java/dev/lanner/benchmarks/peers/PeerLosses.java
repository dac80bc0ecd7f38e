package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;

/**
 * The losses of a batch, scalars.
 *
 * @param retrieval sampled-softmax cross entropy
 * @param rating squared error of the predicted rating
 * @param ratingWeight weight of the second in the total
 */
record PeerLosses(NDArray retrieval, NDArray rating, double ratingWeight) {
    /** {@code retrieval + ratingWeight * rating}. */
    NDArray total() {
        return ratingWeight == 0 ? retrieval : retrieval.add(rating.mul((float) ratingWeight));
    }
}
