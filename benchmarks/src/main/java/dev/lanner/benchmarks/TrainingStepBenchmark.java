package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.nn.Adam;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One training step of the preset {@code article}: forward, both losses, backward, Adam; batch of {@link Workload}. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 4, time = 3)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class TrainingStepBenchmark {
    private final JaggedBatch batch = Workload.batch();
    private final HstuModel model = new HstuModel(HstuConfig.article(), Workload.ITEMS, 1);
    private final Optimizer optimizer = new Adam(model.namedParameters(), 1e-3);

    /** The loss of the step. */
    @Benchmark
    public double article() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            model.train(optimizer.steps() + 1);
            Tensor loss = model.losses(batch).total();
            optimizer.step(tape.backward(loss));
            return loss.item();
        }
    }
}
