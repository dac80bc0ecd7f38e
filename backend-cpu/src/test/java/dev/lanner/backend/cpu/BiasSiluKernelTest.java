package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.BiasSilu;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class BiasSiluKernelTest {
    private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 31, 33, 1000};
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 300)
    void equalsTheEquations(
            @ForAll long seed,
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(max = 70) int width,
            @ForAll Placement placement,
            @ForAll Placement ofBias,
            @ForAll boolean simd) {
        check(seed, placement, ofBias, simd, rows, width);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        for (int size : SIZES) {
            for (boolean simd : new boolean[] {true, false}) {
                check(size, Placement.COLUMNS, Placement.OFFSET, simd, size, 5);
                check(size, Placement.COLUMNS, Placement.OFFSET, simd, 3, size);
            }
        }
        check(1, Placement.CONTIGUOUS, Placement.OFFSET, true, 1000, 257);
    }

    @Example
    void saturatesAtLargeElements() {
        float[] x = {-1e30f, -200, -90, -87.5f, 87.5f, 90, 200, 1e30f};
        double[] y = {0, 0, 0, 0, 87.5, 90, 200, 1e30};
        double[] dx = {0, 0, 0, 0, 1, 1, 1, 1};
        float[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
        for (boolean simd : new boolean[] {true, false}) {
            View[] inputs = {
                FusedRun.input(Placement.OFFSET, x, 1, 8), FusedRun.input(Placement.OFFSET, new float[8], 8),
            };
            FusedRun run = new FusedRun(
                    FusedRun.kernel(POOL, new BiasSilu(), simd),
                    inputs,
                    FusedRun.input(Placement.CONTIGUOUS, ones, 1, 8));
            for (int i = 0; i < 8; i++) {
                FusedRun.assertNear("y", new double[] {y[i]}, new float[] {run.outputs[0][i]});
                FusedRun.assertNear("dx", new double[] {dx[i]}, new float[] {run.gradients[0][i]});
            }
        }
    }

    @Example
    void computesOneGradientWithoutTheOther() {
        Random random = new Random(4);
        FusedKernel kernel = FusedRun.kernel(POOL, new BiasSilu(), true);
        View[] inputs = {
            FusedRun.input(Placement.COLUMNS, FusedRun.normal(random, 700 * 33), 700, 33),
            FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 33), 33)
        };
        View dOut = FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 700 * 33), 700, 33);
        FusedRun all = new FusedRun(kernel, inputs, dOut);
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(all.gradients[i], new FusedRun(kernel, inputs, dOut, i).gradients[i]);
        }
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        Random random = new Random(3);
        View[] inputs = {
            FusedRun.input(Placement.COLUMNS, FusedRun.normal(random, 3000 * 37), 3000, 37),
            FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 37), 37)
        };
        View dOut = FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 3000 * 37), 3000, 37);
        FusedRun.assertSameBitsForAnyThreads(new BiasSilu(), inputs, dOut);
    }

    private static void check(long seed, Placement placement, Placement ofBias, boolean simd, int rows, int width) {
        Random random = new Random(seed);
        float[] x = FusedRun.normal(random, rows * width);
        float[] bias = FusedRun.normal(random, width);
        float[] dy = FusedRun.normal(random, rows * width);
        FusedRun run = new FusedRun(
                FusedRun.kernel(POOL, new BiasSilu(), simd),
                new View[] {FusedRun.input(placement, x, rows, width), FusedRun.input(ofBias, bias, width)},
                FusedRun.input(Placement.OFFSET, dy, rows, width));
        double[] y = new double[x.length];
        double[] dx = new double[x.length];
        double[] dBias = new double[width];
        for (int i = 0; i < x.length; i++) {
            double z = (double) x[i] + bias[i % width];
            double sigmoid = 1 / (1 + Math.exp(-z));
            y[i] = z * sigmoid;
            dx[i] = dy[i] * sigmoid * (1 + z * (1 - sigmoid));
            dBias[i % width] += dx[i];
        }
        FusedRun.assertNear("y", y, run.outputs[0]);
        FusedRun.assertNear("dx", dx, run.gradients[0]);
        FusedRun.assertNear("dBias", dBias, run.gradients[1]);
    }
}
