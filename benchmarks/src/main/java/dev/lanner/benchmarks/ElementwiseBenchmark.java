package dev.lanner.benchmarks;

import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Element-wise operations on arrays that fit into the caches, and on arrays that do not. */
public class ElementwiseBenchmark extends KernelBenchmark {
    /** Elements: 64 KiB and 64 MiB an array. */
    @Param({"16384", "16777216"})
    public int elements;

    private Tensor a;
    private Tensor b;

    @Override
    Work work(String method) {
        return switch (method) {
            case "add", "mul" -> Work.elementwise(elements, 1, 3);
            case "exp", "silu" -> Work.elementwise(elements, 1, 2);
            default -> throw unknown(method);
        };
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        a = random(1, elements);
        b = random(2, elements);
    }

    /** {@code a + b}. */
    @Benchmark
    public Shape add() {
        try (Scope scope = Scope.open()) {
            return a.add(b).shape();
        }
    }

    /** {@code a * b}. */
    @Benchmark
    public Shape mul() {
        try (Scope scope = Scope.open()) {
            return a.mul(b).shape();
        }
    }

    /** {@code exp(a)}. */
    @Benchmark
    public Shape exp() {
        try (Scope scope = Scope.open()) {
            return a.exp().shape();
        }
    }

    /** {@code silu(a)}. */
    @Benchmark
    public Shape silu() {
        try (Scope scope = Scope.open()) {
            return a.silu().shape();
        }
    }
}
