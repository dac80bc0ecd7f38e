package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.Tensor;

/**
 * The packed events of B sequences, as tensors.
 *
 * @param offsets I32 {@code [B+1]}: sequence b is rows offsets[b] to offsets[b+1] - 1
 * @param items I32 {@code [N]}, 1..V
 * @param actions I32 {@code [N]}, 1..3
 * @param positions I32 {@code [N]}, from the first row of a sequence, which is 0
 * @param times I64 {@code [N]}, seconds
 * @param queryTimes I64 {@code [N]}, when the event after the row happens, or for a sequence's last row the request: what models with
 *     query time ask with
 */
public record Sequences(
        Tensor offsets, Tensor items, Tensor actions, Tensor positions, Tensor times, Tensor queryTimes) {
    /** The input side of a batch, uploaded. */
    public static Sequences of(JaggedBatch batch) {
        int rows = batch.rows();
        return new Sequences(
                Tensor.of(batch.offsets(), batch.offsets().length),
                Tensor.of(batch.items(), rows),
                Tensor.of(batch.actions(), rows),
                Tensor.of(batch.positions(), rows),
                Tensor.of(batch.timestamps(), rows),
                Tensor.of(batch.queryTimes(), rows));
    }
}
