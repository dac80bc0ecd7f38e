package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.List;

/**
 * HSTU attention with position and time bias, forward and backward, as a program. Its operands are drawn by the program itself: what
 * comes from outside would be sent with each run. Attention is repeated in a run, so that drawing them counts for little.
 */
final class RecordedAttention implements AutoCloseable {
    /** How often a run computes attention. */
    static final int REPEATS = 4;

    private static final int WIDTH = KernelBenchmark.WIDTH;

    private final JaggedBatch batch;
    private final Program program;

    /**
     * Records it on the current backend.
     *
     * @param heads which share the width of 64
     * @param maxLength L
     */
    RecordedAttention(JaggedBatch batch, int heads, int maxLength) {
        this.batch = batch;
        List<Long> boundaries = HstuConfig.article().attention().timeBoundaries();
        HstuAttention attention = new HstuAttention(heads, maxLength, maxLength, boundaries);
        int rows = batch.rows();
        program = Program.record(inputs -> {
            Tensor offsets = inputs.tensor("offsets", DType.I32, batch.sequences() + 1);
            Tensor times = inputs.tensor("times", DType.I64, rows);
            Tensor kqvu = uniform(1, 1, rows, 4 * WIDTH);
            Tensor positionBias = uniform(2, 0.1, 2 * maxLength - 1);
            Tensor timeBias = uniform(3, 0.1, boundaries.size() + 1);
            Tensor dOut = uniform(4, 1, rows, WIDTH);
            Tensor[] last = {};
            for (int repeat = 0; repeat < REPEATS; repeat++) {
                try (Tape tape = Tape.open()) {
                    Tensor[] parts = kqvu.split(1, WIDTH, WIDTH, WIDTH, WIDTH);
                    Tensor out = Fused.apply(
                            attention, parts[1], parts[0], parts[2], offsets, times, times, positionBias, timeBias);
                    Gradients gradients = new Gradients();
                    tape.backward(out, dOut, gradients);
                    last = new Tensor[] {out, gradients.get(kqvu), gradients.get(positionBias), gradients.get(timeBias)
                    };
                }
            }
            return last;
        });
    }

    private static Tensor uniform(long seed, double bound, int... sizes) {
        return Tensor.uniform(RandomKey.of(seed), -bound, bound, DType.F32, Shape.of(sizes))
                .requireGradient();
    }

    /** Computes it {@link #REPEATS} times. */
    void start() {
        program.set("offsets", batch.offsets());
        program.set("times", batch.timestamps());
        program.run(1);
    }

    /** The result, and the gradients of the projections and of both tables. */
    float[][] results() {
        float[][] results = new float[4][];
        for (int i = 0; i < results.length; i++) {
            results[i] = program.output(i).toFloats();
        }
        return results;
    }

    /** Waits for the device: fetches the smallest result. */
    float finish() {
        return program.output(3).toFloats()[0];
    }

    @Override
    public void close() {
        program.close();
    }
}
