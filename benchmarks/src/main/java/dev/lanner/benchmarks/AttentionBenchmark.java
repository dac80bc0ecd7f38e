package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * HSTU attention of one head, D=64, with position and time bias: for the batch of the preset {@code article} (B=128, up to 200
 * events), and for one history alone.
 */
public class AttentionBenchmark extends KernelBenchmark {
    private static final String BATCH = "batch";

    /** The batch, or the events of the one history. */
    @Param({BATCH, "50", "200", "1000", "4000", "8000"})
    public String events;

    private HstuAttention attention;
    private Tensor offsets;
    private Tensor times;
    private Tensor kqvu;
    private Tensor positionBias;
    private Tensor timeBias;
    private Tensor dOut;

    private JaggedBatch histories() {
        return events.equals(BATCH) ? Workload.batch() : Workload.histories(1, Integer.parseInt(events));
    }

    @Override
    Work work(String method) {
        int[] rows = histories().offsets();
        Work forward = ModelWork.attention(rows, WIDTH);
        return switch (method) {
            case "forward" -> forward;
            case "forwardAndBackward" -> forward.plus(ModelWork.attentionBackward(rows, WIDTH));
            default -> throw unknown(method);
        };
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        JaggedBatch batch = histories();
        int rows = batch.rows();
        int maxLength = events.equals(BATCH) ? HstuConfig.article().maxLength() : rows;
        List<Long> boundaries = HstuConfig.article().attention().timeBoundaries();
        attention = new HstuAttention(1, maxLength, maxLength, boundaries);
        offsets = Tensor.of(batch.offsets(), batch.offsets().length);
        times = Tensor.of(batch.timestamps(), rows);
        kqvu = normal(1, 0.5, rows, 4 * WIDTH);
        positionBias = normal(2, 0.1, 2 * maxLength - 1);
        timeBias = normal(3, 0.1, boundaries.size() + 1);
        dOut = random(4, rows, WIDTH);
    }

    private static Tensor normal(long seed, double std, int... sizes) {
        return Tensor.normal(RandomKey.of(seed), 0, std, DType.F32, Shape.of(sizes))
                .requireGradient();
    }

    /** Keys, queries and values lie side by side, as the projection leaves them. */
    private Tensor aggregated() {
        Tensor[] parts = kqvu.split(1, WIDTH, WIDTH, WIDTH, WIDTH);
        return Fused.apply(attention, parts[1], parts[0], parts[2], offsets, times, times, positionBias, timeBias);
    }

    /** The result, without a tape. */
    @Benchmark
    public Shape forward() {
        try (Scope scope = Scope.open()) {
            return aggregated().shape();
        }
    }

    /** Forward, and the gradients of the projections and both bias tables. */
    @Benchmark
    public Shape forwardAndBackward() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            return backward(tape, aggregated(), dOut, timeBias);
        }
    }
}
