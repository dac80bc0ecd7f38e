package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.data.JaggedBatch;

/**
 * A batch as the article has it: {@code [B, L]}, the events of a sequence first and padding (0) behind them.
 *
 * @param sequences B
 * @param length L
 * @param items I64 {@code [B, L]}
 * @param actions I64 {@code [B, L]}
 * @param times I64 {@code [B, L]}, seconds
 * @param targets I64 {@code [B, L]}
 * @param ratings {@code [B, L]}
 * @param rows I64 {@code [N]}, where among B*L the events are, in the order of the packed batch
 */
record PaddedBatch(
        int sequences,
        int length,
        NDArray items,
        NDArray actions,
        NDArray times,
        NDArray targets,
        NDArray ratings,
        NDArray rows) {
    /**
     * The padded form of a packed batch in which every event has a target.
     *
     * @param length L
     */
    static PaddedBatch of(JaggedBatch batch, int length, NDManager manager) {
        int slots = batch.sequences() * length;
        long[] rows = rows(batch, length);
        long[] items = new long[slots];
        long[] actions = new long[slots];
        long[] times = new long[slots];
        long[] targets = new long[slots];
        float[] ratings = new float[slots];
        for (int i = 0; i < rows.length; i++) {
            int row = (int) rows[i];
            items[row] = batch.items()[i];
            actions[row] = batch.actions()[i];
            times[row] = batch.timestamps()[i];
            targets[row] = batch.targetItems()[i];
            ratings[row] = batch.targetRatings()[i];
        }
        Shape shape = new Shape(batch.sequences(), length);
        return new PaddedBatch(
                batch.sequences(),
                length,
                manager.create(items, shape),
                manager.create(actions, shape),
                manager.create(times, shape),
                manager.create(targets, shape),
                manager.create(ratings, shape),
                manager.create(rows));
    }

    /** Where among B*L the events are. */
    private static long[] rows(JaggedBatch batch, int length) {
        long[] rows = new long[batch.rows()];
        for (int s = 0; s < batch.sequences(); s++) {
            int start = batch.offsets()[s];
            for (int i = start; i < batch.offsets()[s + 1]; i++) {
                rows[i] = (long) s * length + i - start;
            }
        }
        return rows;
    }
}
