package dev.lanner.benchmarks;

import dev.lanner.nn.Linear;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** The projection in front of attention: {@code silu(x W^T + b)}, from D to 4 D. */
public class LinearBenchmark extends KernelBenchmark {
    private static final int OUT = 4 * WIDTH;

    private Linear layer;
    private Tensor x;
    private Tensor dOut;

    @Override
    Work work(String method) {
        // Bias and activation: two operations for each result, and as many for their gradients, without memory of their
        // own.
        Work forward = ModelWork.product(ROWS, WIDTH, OUT).plus(Work.elementwise(ROWS * OUT, 2, 0));
        return switch (method) {
            case "forwardSilu" -> forward;
            case "forwardSiluAndBackward" ->
                forward.plus(ModelWork.productBackward(ROWS, WIDTH, OUT)).plus(Work.elementwise(ROWS * OUT, 2, 0));
            default -> throw unknown(method);
        };
    }

    /** Makes layer and operands. */
    @Setup
    public void operands() {
        layer = new Linear(WIDTH, OUT, new ParameterFactory(1));
        x = random(2, ROWS, WIDTH).requireGradient();
        dOut = random(3, ROWS, OUT);
    }

    /** The result, without a tape. */
    @Benchmark
    public Shape forwardSilu() {
        try (Scope scope = Scope.open()) {
            return layer.forwardSilu(x).shape();
        }
    }

    /** Forward, and the gradients of input, weight and bias. */
    @Benchmark
    public Shape forwardSiluAndBackward() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            return backward(tape, layer.forwardSilu(x), dOut, x);
        }
    }
}
