package dev.lanner.benchmarks;

import dev.lanner.hstu.model.HstuConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/** One training step of the preset {@code article}: forward, both losses, backward, Adam; batch of {@link Workload}. */
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 4, time = 3)
public class TrainingStepBenchmark extends KernelBenchmark {
    private TrainingStep step;

    @Override
    Work work(String method) {
        return new Work(ModelWork.stepFlops(HstuConfig.article(), Workload.batch(), Workload.ITEMS), 0);
    }

    /** Makes the model. */
    @Setup
    public void model() {
        step = new TrainingStep(HstuConfig.article(), Workload.batch());
    }

    /** The loss of the step. */
    @Benchmark
    public double article() {
        return step.run();
    }
}
