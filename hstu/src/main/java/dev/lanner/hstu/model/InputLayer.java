package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/** What makes one row of each event. */
interface InputLayer {
    /**
     * One row for each event.
     *
     * @param items I32 {@code [N]}, 1..V
     * @param actions I32 {@code [N]}, 1..3, or 0 where the action is not known
     * @param positions I32 {@code [N]}, from 0 on, less than L
     * @return {@code [N, D]}
     */
    Tensor forward(Tensor items, Tensor actions, Tensor positions);

    /**
     * The rows of events when it is known what time each asks with.
     *
     * @param tokens {@link #forward} of the events
     * @param times I64 {@code [N]}, seconds
     * @param queryTimes I64 {@code [N]}, seconds
     * @return {@code [N, D]}
     */
    default Tensor asked(Tensor tokens, Tensor times, Tensor queryTimes) {
        return tokens;
    }
}
