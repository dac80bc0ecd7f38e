package dev.lanner.benchmarks;

import dev.lanner.nn.Adam;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AdamStep;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** One step of Adam. */
public class AdamBenchmark extends KernelBenchmark {
    private static final AdamStep ADAM =
            new AdamStep(Adam.DEFAULT_BETA1, Adam.DEFAULT_BETA2, Adam.DEFAULT_EPSILON, 0, false);

    /** Parameters: those of the item table of MovieLens-1M, and a table that fits into no cache. */
    @Param({"237248", "16777216"})
    public int parameters;

    private Tensor parameter;
    private Tensor gradient;
    private Tensor m;
    private Tensor v;
    private Tensor rates;

    /** Reads parameter, gradient and both moments, writes all but the gradient; both moments, two corrections, the root, the step. */
    @Override
    Work work(String method) {
        return Work.elementwise(parameters, 14, 4 + 3);
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        parameter = random(1, parameters);
        gradient = random(2, parameters);
        m = Tensor.zeros(DType.F32, Shape.of(parameters));
        v = Tensor.zeros(DType.F32, Shape.of(parameters));
        rates = Tensor.of(new float[] {1e-3f, 0.5f, 0.5f}, 3);
    }

    /** The update in place. */
    @Benchmark
    public Tensor step() {
        Fused.update(ADAM, new Tensor[] {parameter, m, v}, parameter, gradient, m, v, rates);
        return parameter;
    }
}
