package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.Tensor;

/**
 * The packed events of B sequences, as tensors.
 *
 * @param offsets I32 {@code [B+1]}: sequence b is rows offsets[b] to offsets[b+1] - 1
 * @param items I32 {@code [N]}, 1..V
 * @param actions I32 {@code [N]}, 1..3
 * @param times I64 {@code [N]}, seconds
 */
public record Sequences(Tensor offsets, Tensor items, Tensor actions, Tensor times) {
    /** The input side of a batch, uploaded. */
    public static Sequences of(JaggedBatch batch) {
        return new Sequences(
                Tensor.of(batch.offsets(), batch.offsets().length),
                Tensor.of(batch.items(), batch.items().length),
                Tensor.of(batch.actions(), batch.actions().length),
                Tensor.of(batch.timestamps(), batch.timestamps().length));
    }
}
