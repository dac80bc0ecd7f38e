package dev.lanner.hstu;

import java.util.OptionalDouble;

/**
 * An item for a user.
 *
 * @param item external id
 * @param score cosine similarity of the user's state and the item, in [-1, 1], plus the weighted predicted rating if the model predicts
 *     any: what candidates are ranked by, while items behind them are by similarity alone; for a user of whom nothing is known, the
 *     item's share of all events
 * @param rating predicted, on the scale 1 to 5 but not cut to it, empty if the model predicts none; for a user of whom nothing is known,
 *     the mean of the item's ratings
 */
public record Recommendation(int item, double score, OptionalDouble rating) {}
