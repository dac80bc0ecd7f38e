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
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** HSTU attention at the size of the preset {@code article}: B=128, up to 200 events, D=64, position and time bias. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class AttentionBenchmark {
    private final HstuConfig config = HstuConfig.article();
    private final HstuAttention attention =
            new HstuAttention(config.heads(), config.maxLength(), config.maxLength(), config.timeBoundaries());
    private final JaggedBatch batch = Workload.batch();
    private final int rows = batch.items().length;
    private final Tensor offsets = Tensor.of(batch.offsets(), batch.offsets().length);
    private final Tensor times = Tensor.of(batch.timestamps(), rows);
    private final Tensor kqvu = Tensor.normal(RandomKey.of(1), 0, 0.5, DType.F32, Shape.of(rows, 4 * config.width()))
            .requireGradient();
    private final Tensor positionBias = Tensor.normal(
                    RandomKey.of(2), 0, 0.1, DType.F32, Shape.of(2 * config.maxLength() - 1))
            .requireGradient();
    private final Tensor timeBias = Tensor.normal(
                    RandomKey.of(3),
                    0,
                    0.1,
                    DType.F32,
                    Shape.of(config.timeBoundaries().size() + 1))
            .requireGradient();

    private Tensor aggregated() {
        int width = config.width();
        Tensor[] parts = kqvu.split(1, width, width, width, width);
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
            return tape.backward(aggregated().sum()).get(timeBias).shape();
        }
    }
}
