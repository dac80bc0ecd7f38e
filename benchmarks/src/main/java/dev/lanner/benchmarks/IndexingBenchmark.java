package dev.lanner.benchmarks;

import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Rows of the item table by index, and their gradients summed into a table. */
public class IndexingBenchmark extends KernelBenchmark {
    private static final int TABLE_ROWS = Workload.ITEMS + 1;

    private Tensor table;
    private Tensor rows;
    private Tensor indices;

    @Override
    Work work(String method) {
        double row = WIDTH * Float.BYTES;
        double read = ROWS * (Integer.BYTES + row);
        return switch (method) {
            case "gatherRows" -> new Work(0, read + ROWS * row);
            case "scatterAddRows" -> new Work((double) ROWS * WIDTH, read + TABLE_ROWS * row);
            default -> throw unknown(method);
        };
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        table = random(1, TABLE_ROWS, WIDTH);
        rows = random(2, ROWS, WIDTH);
        indices = Tensor.randomInts(RandomKey.of(3), 0, TABLE_ROWS, Shape.of(ROWS));
    }

    /** The embedding lookup. */
    @Benchmark
    public Shape gatherRows() {
        try (Scope scope = Scope.open()) {
            return table.gatherRows(indices).shape();
        }
    }

    /** The gradient of the lookup. */
    @Benchmark
    public Shape scatterAddRows() {
        try (Scope scope = Scope.open()) {
            return rows.scatterAddRows(indices, TABLE_ROWS).shape();
        }
    }
}
