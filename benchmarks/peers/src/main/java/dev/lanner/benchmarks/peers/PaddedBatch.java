package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.functional.HstuAttention;

/**
 * A batch as the article has it: {@code [B, L]}, the events of a sequence first and padding (0) behind them. All that depends on
 * the batch alone is made before a step is timed, the time buckets too, which Lanner computes within its step.
 *
 * @param sequences B
 * @param length L
 * @param items I64 {@code [B, L]}
 * @param actions I64 {@code [B, L]}
 * @param positions I64 {@code [L*L]}, for each query and key the entry of the position table
 * @param buckets I64 {@code [B*L*L]}, for each query and key the entry of the time table
 * @param causal {@code [L, L]}, 1/L where the key is not after the query, else 0: mask and divisor in one product
 * @param rows I64 {@code [N]}, where among B*L the events are, in the order of the packed batch
 * @param targets I64 {@code [N, 1]}
 * @param ratings {@code [N]}
 */
record PaddedBatch(
        int sequences,
        int length,
        NDArray items,
        NDArray actions,
        NDArray positions,
        NDArray buckets,
        NDArray causal,
        NDArray rows,
        NDArray targets,
        NDArray ratings) {
    /**
     * The padded form of a packed batch in which every event has a target.
     *
     * <p>Padding needs no mask of its own: it lies behind the events, which causality keeps from seeing it, and the losses are
     * taken of the events' rows only.
     */
    static PaddedBatch of(JaggedBatch batch, HstuAttention attention, NDManager manager) {
        int b = batch.sequences();
        int l = attention.maxLength();
        int n = batch.rows();
        long[] items = new long[b * l];
        long[] actions = new long[b * l];
        long[] buckets = new long[b * l * l];
        long[] rows = new long[n];
        long[] targets = new long[n];
        for (int s = 0; s < b; s++) {
            int start = batch.offsets()[s];
            int events = batch.offsets()[s + 1] - start;
            for (int i = 0; i < events; i++) {
                int row = s * l + i;
                rows[start + i] = row;
                items[row] = batch.items()[start + i];
                actions[row] = batch.actions()[start + i];
                targets[start + i] = batch.targetItems()[start + i];
                for (int j = 0; j < events; j++) {
                    buckets[row * l + j] =
                            attention.bucket(batch.timestamps()[start + i], batch.timestamps()[start + j]);
                }
            }
        }
        return new PaddedBatch(
                b,
                l,
                manager.create(items, new Shape(b, l)),
                manager.create(actions, new Shape(b, l)),
                positions(l, manager),
                manager.create(buckets),
                causal(l, attention.divisor(), manager),
                manager.create(rows),
                manager.create(targets, new Shape(n, 1)),
                manager.create(batch.targetRatings()));
    }

    private static NDArray positions(int l, NDManager manager) {
        long[] positions = new long[l * l];
        for (int i = 0; i < l; i++) {
            for (int j = 0; j < l; j++) {
                positions[i * l + j] = (long) i - j + l - 1;
            }
        }
        return manager.create(positions);
    }

    private static NDArray causal(int l, double divisor, NDManager manager) {
        float[] causal = new float[l * l];
        for (int i = 0; i < l; i++) {
            for (int j = 0; j <= i; j++) {
                causal[i * l + j] = (float) (1 / divisor);
            }
        }
        return manager.create(causal, new Shape(l, l));
    }

    /** N, the events. */
    int events() {
        return (int) rows.size();
    }
}
