package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.Softmax;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class SoftmaxKernelTest {
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
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll Placement placement,
            @ForAll boolean simd) {
        Random random = new Random(seed);
        check(random, placement, simd, FusedRun.normal(random, rows * width), rows, width);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        Random random = new Random(1);
        for (int size : SIZES) {
            for (boolean simd : new boolean[] {true, false}) {
                check(random, Placement.COLUMNS, simd, FusedRun.normal(random, 5 * size), size, 5);
                if (size > 0) {
                    check(random, Placement.COLUMNS, simd, FusedRun.normal(random, 3 * size), 3, size);
                    check(random, Placement.STEPPED, simd, FusedRun.normal(random, size), size);
                }
            }
        }
    }

    @Example
    void excludedAndLargeElementsAreNoProblem() {
        float none = Float.NEGATIVE_INFINITY;
        float[] x = {
            none, 1, 2, none, 0, 1000, 999, -1000, none, 998, 3e38f, -3e38f, 0, 1, none, none, none, none, none, 5
        };
        for (boolean simd : new boolean[] {true, false}) {
            check(new Random(2), Placement.CONTIGUOUS, simd, x, 4, 5);
        }
    }

    @Example
    void aRowWithoutAnyElementOrWithNaNIsNaN() {
        float none = Float.NEGATIVE_INFINITY;
        for (boolean simd : new boolean[] {true, false}) {
            check(new Random(2), Placement.CONTIGUOUS, simd, new float[] {none, none, none, 1, Float.NaN, 2}, 2, 3);
        }
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        Random random = new Random(3);
        View x = FusedRun.input(Placement.COLUMNS, FusedRun.normal(random, 3000 * 37), 3000, 37);
        View dOut = FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 3000 * 37), 3000, 37);
        FusedRun.assertSameBitsForAnyThreads(new Softmax(), new View[] {x}, dOut);
    }

    private static void check(Random random, Placement placement, boolean simd, float[] x, int... sizes) {
        float[] dy = FusedRun.normal(random, x.length);
        FusedRun run = new FusedRun(
                FusedRun.kernel(POOL, new Softmax(), simd),
                new View[] {FusedRun.input(placement, x, sizes)},
                FusedRun.input(Placement.OFFSET, dy, sizes));
        double[] y = new double[x.length];
        double[] dx = new double[x.length];
        int width = sizes[sizes.length - 1];
        for (int row = 0; row < x.length; row += width) {
            expected(width, row, x, y, dy, dx);
        }
        FusedRun.assertNear("y", y, run.outputs[0]);
        FusedRun.assertNear("dx", dx, run.gradients[0]);
    }

    private static void expected(int width, int row, float[] x, double[] y, float[] dy, double[] dx) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = row; i < row + width; i++) {
            max = Math.max(max, x[i]);
        }
        double sum = 0;
        for (int i = row; i < row + width; i++) {
            sum += Math.exp(x[i] - max);
        }
        for (int i = row; i < row + width; i++) {
            y[i] = Math.exp(x[i] - max) / sum;
        }
        for (int i = row; i < row + width; i++) {
            for (int j = row; j < row + width; j++) {
                dx[i] += dy[j] * y[j] * ((i == j ? 1 : 0) - y[i]);
            }
        }
    }
}
