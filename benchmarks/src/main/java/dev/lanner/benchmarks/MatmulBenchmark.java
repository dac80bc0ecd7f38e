package dev.lanner.benchmarks;

import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Matrix products at the shapes of the model, and square ones. */
public class MatmulBenchmark extends KernelBenchmark {
    /** M x K x N; a leading T transposes A, a trailing one B. */
    @Param({
        "768x768x768",
        "1536x1536x1536",
        "16384x64x256",
        "16384x256x64",
        "16384x64x64",
        "T64x16384x256",
        "6040x64x3706T"
    })
    public String shape;

    private Tensor a;
    private Tensor b;

    private int[] sizes() {
        String[] parts = shape.replace("T", "").split("x", -1);
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])};
    }

    @Override
    Work work(String method) {
        int[] mkn = sizes();
        return ModelWork.product(mkn[0], mkn[1], mkn[2]);
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        int[] mkn = sizes();
        a = shape.startsWith("T") ? random(1, mkn[1], mkn[0]).transpose() : random(1, mkn[0], mkn[1]);
        b = shape.endsWith("T") ? random(2, mkn[2], mkn[1]).transpose() : random(2, mkn[1], mkn[2]);
    }

    /** One product. */
    @Benchmark
    public Shape matmul() {
        try (Scope scope = Scope.open()) {
            return a.matmul(b).shape();
        }
    }
}
