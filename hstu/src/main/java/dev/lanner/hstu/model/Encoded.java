package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/**
 * What the blocks make of packed sequences and a target behind each event.
 *
 * @param states {@code [N, D]}: after each event, which know that event and those before it
 * @param ratingStates {@code [N, D]}: what the target's rating is predicted from. If it is target-aware, the states of the targets as
 *     candidates with unknown action, each behind its event, which know the events up to that one and the target; else the states
 */
public record Encoded(Tensor states, Tensor ratingStates) {}
