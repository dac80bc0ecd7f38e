package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/**
 * The losses of a batch, scalars, means over the rows with a target.
 *
 * @param retrieval cross entropy of the sampled or the full softmax
 * @param rating squared error of the predicted rating; 0 of a model without rating head
 * @param ratingWeight weight of the second in the total
 */
public record Losses(Tensor retrieval, Tensor rating, double ratingWeight) {
    /** {@code retrieval + ratingWeight * rating}. */
    public Tensor total() {
        return ratingWeight == 0 ? retrieval : retrieval.add(rating.mul(ratingWeight));
    }
}
