package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.FullSoftmaxLoss;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class FullSoftmaxLossKernelTest {
    private static final double TEMPERATURE = 0.7;
    private static final float UPSTREAM = 1.5f;
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 300)
    void equalsTheEquations(
            @ForAll long seed,
            @ForAll @IntRange(max = 20) int rows,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 2, max = 70) int tableRows,
            @ForAll Placement placement,
            @ForAll boolean simd) {
        new Case(seed, rows, width, tableRows).check(POOL, placement, simd);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        for (int size : new int[] {1, 5, 6, 7, 15, 16, 17, 31, 33, 63, 64, 65, 300}) {
            for (boolean simd : new boolean[] {true, false}) {
                new Case(size, 3, size, 5).check(POOL, Placement.COLUMNS, simd);
                new Case(size, size, 5, 50).check(POOL, Placement.OFFSET, simd);
                new Case(size, 7, 9, size + 1).check(POOL, Placement.COLUMNS, simd);
            }
        }
    }

    /** 84 rows of so many items are a block, and the parts of the rows have two each. */
    @Example
    void severalBlocksAndParts() {
        Case many = new Case(3, 1_500, 3, 3_000);
        FusedRun expected = many.check(POOL, Placement.CONTIGUOUS, true);
        for (int threads : new int[] {1, 5}) {
            try (WorkerPool other = new WorkerPool(threads)) {
                FusedRun run = many.run(other, Placement.CONTIGUOUS, true);
                assertArrayEquals(expected.outputs[0], run.outputs[0], "loss");
                assertArrayEquals(expected.gradients[0], run.gradients[0], "dh");
                assertArrayEquals(expected.gradients[1], run.gradients[1], "dTable");
            }
        }
    }

    @Example
    void logitsFarApartGiveFiniteLosses() {
        Case far = new Case(5, 4, 2, 6);
        for (int i = 0; i < far.h.length; i++) {
            far.h[i] *= 200;
        }
        FusedRun run = far.run(POOL, Placement.CONTIGUOUS, true);
        assertEquals(far.loss(), run.outputs[0][0], 1e-5 * far.loss());
    }

    private static final class Case {
        private final int rows;
        private final int width;
        private final int items;
        private final float[] h;
        private final float[] table;
        private final int[] targets;

        Case(long seed, int rows, int width, int items) {
            Random random = new Random(seed);
            this.rows = rows;
            this.width = width;
            this.items = items;
            h = FusedRun.normal(random, rows * width);
            table = FusedRun.normal(random, items * width);
            targets = random.ints(rows, 0, items).toArray();
        }

        FusedRun run(WorkerPool pool, Placement placement, boolean simd) {
            View[] inputs = {
                FusedRun.input(placement, h, rows, width),
                FusedRun.input(placement, table, items, width),
                FusedRun.indices(placement, targets, rows)
            };
            View upstream = FusedRun.input(Placement.OFFSET, new float[] {UPSTREAM});
            return new FusedRun(FusedRun.kernel(pool, new FullSoftmaxLoss(TEMPERATURE), simd), inputs, upstream);
        }

        private double logit(int row, int item) {
            double product = 0;
            for (int k = 0; k < width; k++) {
                product += (double) h[row * width + k] * table[item * width + k];
            }
            return product / TEMPERATURE;
        }

        private double[] probabilities(int row) {
            double[] logits = new double[items];
            for (int item = 1; item < items; item++) {
                logits[item] = logit(row, item);
            }
            double max = Arrays.stream(logits).skip(1).max().orElseThrow();
            double sum = 0;
            for (int item = 1; item < items; item++) {
                logits[item] = Math.exp(logits[item] - max);
                sum += logits[item];
            }
            logits[0] = 0;
            for (int item = 1; item < items; item++) {
                logits[item] /= sum;
            }
            return logits;
        }

        double loss() {
            double sum = 0;
            for (int row = 0; row < rows; row++) {
                if (targets[row] != 0) {
                    double total = 0;
                    double target = logit(row, targets[row]);
                    for (int item = 1; item < items; item++) {
                        total += Math.exp(logit(row, item) - target);
                    }
                    sum += Math.log(total);
                }
            }
            return sum / count();
        }

        private double count() {
            return Math.max(
                    1, Arrays.stream(targets).filter(target -> target != 0).count());
        }

        FusedRun check(WorkerPool pool, Placement placement, boolean simd) {
            double[] dh = new double[rows * width];
            double[] dTable = new double[items * width];
            double factor = UPSTREAM / TEMPERATURE / count();
            for (int row = 0; row < rows; row++) {
                if (targets[row] == 0) {
                    continue;
                }
                double[] p = probabilities(row);
                p[targets[row]] -= 1;
                for (int item = 1; item < items; item++) {
                    double d = p[item] * factor;
                    for (int k = 0; k < width; k++) {
                        dh[row * width + k] += d * table[item * width + k];
                        dTable[item * width + k] += d * h[row * width + k];
                    }
                }
            }
            FusedRun run = run(pool, placement, simd);
            double loss = loss();
            assertEquals(loss, run.outputs[0][0], 1e-5 * Math.max(1, loss), "loss");
            assertClose("dh", dh, run.gradients[0]);
            assertClose("dTable", dTable, run.gradients[1]);
            return run;
        }

        /** To within a share of the largest gradient or, where terms cancel, of a term of them. */
        private void assertClose(String what, double[] expected, float[] actual) {
            double term = UPSTREAM / TEMPERATURE / count();
            double scale =
                    Math.max(term, Arrays.stream(expected).map(Math::abs).max().orElse(0));
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 1e-5 * scale, what + " " + i);
            }
        }
    }
}
