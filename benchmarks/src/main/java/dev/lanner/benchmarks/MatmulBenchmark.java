package dev.lanner.benchmarks;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Matrix products at the shapes of the model, and square ones; the counter {@code flops} is floating point operations a second. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class MatmulBenchmark {
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
    private long operations;

    /** Counts floating point operations. */
    @State(org.openjdk.jmh.annotations.Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counter {
        /** Multiplications and additions so far. */
        public long flops;
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        boolean transposedA = shape.startsWith("T");
        boolean transposedB = shape.endsWith("T");
        String[] sizes = shape.replace("T", "").split("x", -1);
        int m = Integer.parseInt(sizes[0]);
        int k = Integer.parseInt(sizes[1]);
        int n = Integer.parseInt(sizes[2]);
        a = transposedA ? random(1, k, m).transpose() : random(1, m, k);
        b = transposedB ? random(2, n, k).transpose() : random(2, k, n);
        operations = 2L * m * k * n;
    }

    private static Tensor random(long seed, int rows, int columns) {
        return Tensor.uniform(RandomKey.of(seed), -1, 1, DType.F32, Shape.of(rows, columns));
    }

    /** One product. */
    @Benchmark
    public Shape matmul(Counter counter) {
        try (Scope scope = Scope.open()) {
            counter.flops += operations;
            return a.matmul(b).shape();
        }
    }
}
