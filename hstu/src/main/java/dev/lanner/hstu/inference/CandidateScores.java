package dev.lanner.hstu.inference;

/**
 * What a model says of candidates for a user's next event, in the order in which they were given.
 *
 * @param retrieval {@code [M]}: cosine of the user's state after the last event and the item's embedding, as in training's logits
 *     before the temperature
 * @param ratings {@code [M]}: predicted rating on the scale 1 to 5, not cut to it; {@code [0]} of a model that predicts none
 *     ({@link dev.lanner.hstu.model.HstuModel#predictsRatings})
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CandidateScores(float[] retrieval, float[] ratings) {}
