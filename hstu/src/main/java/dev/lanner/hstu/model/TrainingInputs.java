package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Tensor;

/**
 * What a training step takes, as tensors.
 *
 * @param sequences the events
 * @param targets I32 {@code [N]}, the next event's item, 0 in rows that weigh nothing
 * @param ratings F32 {@code [N]}, its rating
 */
public record TrainingInputs(Sequences sequences, Tensor targets, Tensor ratings) {
    /** What a model of these settings looks at of a batch, uploaded. */
    public static TrainingInputs of(JaggedBatch batch, HstuConfig config) {
        return new TrainingInputs(
                Sequences.of(batch, config),
                Tensor.of(batch.targetItems(), batch.rows()),
                Tensor.of(batch.targetRatings(), batch.rows()));
    }

    /**
     * Inputs of a program that is being recorded.
     *
     * @param sequences B
     * @param rows N
     */
    public static TrainingInputs declare(Program.Inputs inputs, int sequences, int rows) {
        return new TrainingInputs(
                Sequences.declare(inputs, sequences, rows),
                inputs.tensor("targets", DType.I32, rows),
                inputs.tensor("ratings", DType.F32, rows));
    }

    /**
     * Sets the inputs that were declared.
     *
     * @param batch of the declared size
     */
    public static void set(Program program, JaggedBatch batch) {
        Sequences.set(program, batch);
        program.set("targets", batch.targetItems());
        program.set("ratings", batch.targetRatings());
    }
}
