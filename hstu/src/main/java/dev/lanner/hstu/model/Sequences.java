package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * The packed events of B sequences, as tensors; rows past the last offset belong to none.
 *
 * @param offsets I32 {@code [B+1]}: sequence b is rows offsets[b] to offsets[b+1] - 1
 * @param items I32 {@code [N]}, 1..V, 0 in rows that belong to no sequence
 * @param actions I32 {@code [N]}, 1..3, or 0
 * @param positions I32 {@code [N]}, from the first row of a sequence, which is 0
 * @param times I64 {@code [N]}, seconds
 * @param queryTimes I64 {@code [N]}, when the event after the row happens, or for a sequence's last row the request: what models with
 *     query time ask with
 */
public record Sequences(
        Tensor offsets, Tensor items, Tensor actions, Tensor positions, Tensor times, Tensor queryTimes) {
    /**
     * The input side of a batch, uploaded, as a model of these settings reads it: where it does not read positions they are 0, and query
     * times those of the events.
     */
    public static Sequences of(JaggedBatch batch, HstuConfig config) {
        int rows = batch.rows();
        Tensor times = Tensor.of(batch.timestamps(), rows);
        boolean readsPositions = config.input() == InputKind.ITEM_POSITION;
        boolean readsQueryTimes =
                config.attention().queryTime() || config.loss().ratingTargetAware();
        return new Sequences(
                Tensor.of(batch.offsets(), batch.offsets().length),
                Tensor.of(batch.items(), rows),
                Tensor.of(batch.actions(), rows),
                readsPositions ? Tensor.of(batch.positions(), rows) : Tensor.zeros(DType.I32, Shape.of(rows)),
                times,
                readsQueryTimes ? Tensor.of(batch.queryTimes(), rows) : times);
    }

    /**
     * Events for a model that takes candidates, which looks neither at positions, 0 here, nor at query times, here those of the events.
     *
     * @param offsets I32 {@code [B+1]}
     * @param items I32 {@code [N]}
     * @param actions I32 {@code [N]}
     * @param times I64 {@code [N]}, seconds
     */
    public static Sequences forCandidates(Tensor offsets, Tensor items, Tensor actions, Tensor times) {
        return new Sequences(offsets, items, actions, Tensor.zeros(DType.I32, items.shape()), times, times);
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
                inputs.tensor("positions", DType.I32, rows),
                inputs.tensor("times", DType.I64, rows),
                inputs.tensor("queryTimes", DType.I64, rows));
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
        program.set("positions", batch.positions());
        program.set("times", batch.timestamps());
        program.set("queryTimes", batch.queryTimes());
    }
}
