package dev.lanner.hstu.model;

import java.util.List;

/**
 * What is learned from.
 *
 * @param negatives sampled for each row; 0 for all items, the full softmax
 * @param temperature divides the cosine similarities
 * @param ratingWeight weight of the rating head's squared error beside the retrieval loss; 0 for a model without that head
 * @param ratingTargetAware whether ratings are predicted, in training and in serving, from the state of the rated item itself as a
 *     candidate behind the history; else from the state after the last event
 */
public record LossConfig(int negatives, double temperature, double ratingWeight, boolean ratingTargetAware) {
    /** Whether the model has a rating head. */
    public boolean predictsRatings() {
        return ratingWeight > 0;
    }

    void check(List<String> wrong) {
        Rules.require(wrong, negatives >= 0, "loss.negatives must not be negative, found " + negatives);
        Rules.require(wrong, temperature > 0, "loss.temperature must be positive, found " + temperature);
        Rules.require(wrong, ratingWeight >= 0, "loss.ratingWeight must not be negative, found " + ratingWeight);
    }
}
