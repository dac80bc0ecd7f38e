package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/** What makes one row of each event. */
interface InputLayer {
    /** One row for each event, {@code [N, D]}. */
    Tensor forward(Sequences input);
}
