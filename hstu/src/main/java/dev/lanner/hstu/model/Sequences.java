package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Tensor;

/**
 * The packed events of B sequences, as tensors; rows past the last offset belong to none.
 *
 * @param offsets I32 {@code [B+1]}: sequence b is rows offsets[b] to offsets[b+1] - 1
 * @param items I32 {@code [N]}, 1..V, 0 in rows that belong to no sequence
 * @param actions I32 {@code [N]}, 1..3, or 0
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

    /**
     * Inputs of a program that is being recorded.
     *
     * @param sequences B
     * @param rows N
     */
    public static Sequences declare(Program.Inputs inputs, int sequences, int rows) {
        return new Sequences(
                inputs.tensor("offsets", DType.I32, sequences + 1),
                inputs.tensor("items", DType.I32, rows),
                inputs.tensor("actions", DType.I32, rows),
                inputs.tensor("times", DType.I64, rows));
    }

    /**
     * Sets the inputs that were declared.
     *
     * @param batch of the declared size
     */
    public static void set(Program program, JaggedBatch batch) {
        program.set("offsets", batch.offsets());
        program.set("items", batch.items());
        program.set("actions", batch.actions());
        program.set("times", batch.timestamps());
    }
}
