package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import java.util.List;

/**
 * How large the cases are; benchmarks/gpu/peer.py has the same numbers.
 *
 * @param sequences B of training steps
 * @param maxLength to which their histories are cut
 * @param attention lengths of the histories of attention alone
 * @param attentionRows their rows in all
 * @param users of the epoch
 * @param block runs that are timed together, with one result fetched at their end
 */
record GpuSizes(int sequences, int maxLength, List<Integer> attention, int attentionRows, int users, int block) {
    /** As MovieLens-1M has them. */
    static final GpuSizes FULL =
            new GpuSizes(Workload.SEQUENCES, 200, List.of(200, 1024, 4096), KernelBenchmark.ROWS, 6040, 16);

    static final GpuSizes QUICK = new GpuSizes(4, 40, List.of(40, 70), 80, 16, 1);

    /** The batch of training steps. */
    JaggedBatch batch() {
        return Workload.batch(sequences, maxLength, Workload.ITEMS);
    }

    /** A model for histories of this length. */
    HstuConfig of(HstuConfig model) {
        return model.with("maxLength", maxLength).with("attention.divisor", maxLength);
    }

    /** How many histories of a length attention alone has. */
    int histories(int length) {
        return Math.max(1, attentionRows / length);
    }
}
