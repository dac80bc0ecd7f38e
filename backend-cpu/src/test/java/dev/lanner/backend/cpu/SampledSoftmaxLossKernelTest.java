package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class SampledSoftmaxLossKernelTest {
    private static final int[] SIZES = {1, 7, 15, 16, 17, 31, 33, 64, 65, 1000};
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 400)
    void equalsTheEquations(
            @ForAll long seed,
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 2, max = 12) int tableRows,
            @ForAll @IntRange(max = 40) int negatives,
            @ForAll Placement placement,
            @ForAll boolean simd) {
        // Of so few items, some rows have no target, and many negatives are the target.
        new Case(seed, rows, width, tableRows, negatives).check(placement, simd);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        for (int size : SIZES) {
            for (boolean simd : new boolean[] {true, false}) {
                new Case(size, 3, size, 5, 4).check(Placement.COLUMNS, simd);
                new Case(size, size, 5, 50, 3).check(Placement.COLUMNS, simd);
                new Case(size, 3, 5, size + 1, 3).check(Placement.COLUMNS, simd);
                new Case(size, 3, 5, 50, size).check(Placement.COLUMNS, simd);
            }
        }
        new Case(1, 300, 64, 301, 128).check(Placement.COLUMNS, true);
    }

    @Example
    void rowsWithoutTargetAreNotRead() {
        for (boolean simd : new boolean[] {true, false}) {
            Case some = new Case(7, 100, 17, 20, 5);
            for (int row = 0; row < 100; row += 3) {
                some.targets[row] = 0;
                Arrays.fill(some.h, row * 17, (row + 1) * 17, Float.NaN);
            }
            FusedRun run = some.run(Placement.OFFSET, simd);
            for (int row = 0; row < 100; row += 3) {
                Arrays.fill(some.h, row * 17, (row + 1) * 17, 0);
            }
            some.check(run);
        }
    }

    @Example
    void isZeroWithoutAnyTarget() {
        for (boolean simd : new boolean[] {true, false}) {
            Case none = new Case(7, 100, 17, 20, 5);
            Arrays.fill(none.targets, 0);
            FusedRun run = none.run(Placement.OFFSET, simd);
            assertEquals(0f, run.outputs[0][0]);
            assertZero(run.gradients[0]);
            assertZero(run.gradients[1]);
        }
    }

    @Example
    void isZeroWhereEveryNegativeIsTheTarget() {
        for (boolean simd : new boolean[] {true, false}) {
            Case masked = new Case(7, 100, 17, 20, 5);
            for (int row = 0; row < 100; row++) {
                masked.targets[row] = 1 + row % 19;
                Arrays.fill(masked.negatives, row * 5, (row + 1) * 5, masked.targets[row]);
            }
            FusedRun run = masked.run(Placement.OFFSET, simd);
            assertEquals(0f, run.outputs[0][0]);
            assertZero(run.gradients[0]);
            assertZero(run.gradients[1]);
        }
    }

    @Example
    void itemsThatNoRowNamesHaveNoGradient() {
        for (boolean simd : new boolean[] {true, false}) {
            Case few = new Case(7, 100, 17, 20, 5);
            for (int i = 0; i < few.negatives.length; i++) {
                few.negatives[i] = few.negatives[i] % 10;
            }
            for (int row = 0; row < 100; row++) {
                few.targets[row] = few.targets[row] % 10;
            }
            float[] dTable = few.run(Placement.OFFSET, simd).gradients[1];
            assertZero(Arrays.copyOfRange(dTable, 10 * 17, 20 * 17));
        }
    }

    @Example
    void aClampedNormIsAConstant() {
        for (boolean simd : new boolean[] {true, false}) {
            Case small = new Case(7, 40, 17, 20, 5);
            for (int j = 0; j < 17; j++) {
                small.h[3 * 17 + j] *= 1e-8f;
                small.h[4 * 17 + j] = 0;
                small.table[5 * 17 + j] *= 1e-8f;
                small.table[6 * 17 + j] = 0;
            }
            small.check(Placement.OFFSET, simd);
        }
    }

    @Example
    void computesOneGradientWithoutTheOther() {
        Case some = new Case(8, 300, 33, 50, 20);
        FusedKernel kernel = FusedRun.kernel(POOL, some.op, true);
        FusedRun all = new FusedRun(kernel, some.inputs(Placement.COLUMNS), some.dOut());
        for (int i = 0; i < 2; i++) {
            FusedRun one = new FusedRun(kernel, some.inputs(Placement.COLUMNS), some.dOut(), i);
            assertArrayEquals(all.gradients[i], one.gradients[i]);
        }
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        Case many = new Case(9, 1000, 50, 301, 40);
        FusedRun.assertSameBitsForAnyThreads(many.op, many.inputs(Placement.COLUMNS), many.dOut());
    }

    /** Of either sign: the gradient of the loss has one. */
    private static void assertZero(float... values) {
        for (float value : values) {
            assertEquals(0f, Math.abs(value));
        }
    }

    /** A random loss. */
    private static final class Case {
        private static final float GRADIENT = -1.5f;

        final SampledSoftmaxLoss op;
        final float[] h;
        final float[] table;
        final int[] targets;
        final int[] negatives;
        private final int rows;
        private final int width;

        Case(long seed, int rows, int width, int tableRows, int negatives) {
            Random random = new Random(seed);
            this.rows = rows;
            this.width = width;
            op = new SampledSoftmaxLoss(random.nextBoolean() ? 0.05 : 0.7);
            h = FusedRun.normal(random, rows * width);
            table = FusedRun.normal(random, tableRows * width);
            targets = random.ints(rows, 0, tableRows).toArray();
            this.negatives = random.ints((long) rows * negatives, 0, tableRows).toArray();
        }

        View[] inputs(Placement placement) {
            return new View[] {
                FusedRun.input(placement, h, rows, width),
                FusedRun.input(placement, table, table.length / width, width),
                FusedRun.indices(placement, targets, rows),
                FusedRun.indices(placement, negatives, rows, rows == 0 ? 3 : negatives.length / rows)
            };
        }

        View dOut() {
            return FusedRun.input(Placement.OFFSET, new float[] {GRADIENT});
        }

        FusedRun run(Placement placement, boolean simd) {
            return new FusedRun(FusedRun.kernel(POOL, op, simd), inputs(placement), dOut());
        }

        void check(Placement placement, boolean simd) {
            check(run(placement, simd));
        }

        void check(FusedRun run) {
            SampledSoftmaxLossReference expected =
                    new SampledSoftmaxLossReference(h, table, targets, negatives, width, op.temperature(), GRADIENT);
            FusedRun.assertNear("loss", new double[] {expected.loss}, run.outputs[0]);
            FusedRun.assertNear("dh", expected.dh, run.gradients[0], expected.largestTerm);
            FusedRun.assertNear("dTable", expected.dTable, run.gradients[1], expected.largestTerm);
        }
    }
}
