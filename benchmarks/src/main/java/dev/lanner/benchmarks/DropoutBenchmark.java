package dev.lanner.benchmarks;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Dropout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Dropout of {@code [N, D]}: the mask's random numbers, drawn in both passes, are what it costs beside the memory. */
public class DropoutBenchmark extends KernelBenchmark {
    private static final Dropout DROPOUT = new Dropout(0.2, RandomKey.of(1));

    private Tensor x;
    private Tensor dOut;

    @Override
    Work work(String method) {
        return switch (method) {
            case "forward" -> Work.elementwise(ROWS * WIDTH, 1, 2);
            case "forwardAndBackward" -> Work.elementwise(ROWS * WIDTH, 2, 4);
            default -> throw unknown(method);
        };
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        x = random(2, ROWS, WIDTH).requireGradient();
        dOut = random(3, ROWS, WIDTH);
    }

    /** The result, without a tape. */
    @Benchmark
    public Shape forward() {
        try (Scope scope = Scope.open()) {
            return Fused.apply(DROPOUT, x).shape();
        }
    }

    /** Forward, and the gradient of the input. */
    @Benchmark
    public Shape forwardAndBackward() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            return backward(tape, Fused.apply(DROPOUT, x), dOut, x);
        }
    }
}
