package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.Dropout;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class DropoutKernelTest {
    private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 31, 33, 1000, 4096, 4097, 12_345};
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 300)
    void hasTheBitsOfTheDraws(
            @ForAll long keySeed,
            @ForAll int step,
            @ForAll int stream,
            @ForAll @IntRange(max = 99) int percent,
            @ForAll @IntRange(max = 90) int rows,
            @ForAll @IntRange(max = 90) int width,
            @ForAll Placement placement,
            @ForAll boolean simd) {
        check(new Dropout(percent / 100.0, new RandomKey(keySeed, step, stream)), placement, simd, rows, width);
    }

    @Example
    void hasTheBitsOfTheDrawsAtAwkwardSizes() {
        Dropout op = new Dropout(0.2, new RandomKey(-1, -1, -1));
        for (int size : SIZES) {
            for (boolean simd : new boolean[] {true, false}) {
                check(op, Placement.OFFSET, simd, size);
                check(op, Placement.COLUMNS, simd, size, 3);
                check(op, Placement.COLUMNS, simd, 2, size);
                check(op, Placement.TRANSPOSED, simd, 2, 3, size);
            }
        }
        check(op, Placement.OFFSET, true);
    }

    @Example
    void dropsAsOftenAsAsked() {
        float[] ones = new float[100_000];
        Arrays.fill(ones, 1);
        View x = FusedRun.input(Placement.CONTIGUOUS, ones, ones.length);
        FusedRun run = new FusedRun(FusedRun.kernel(POOL, new Dropout(0.2, RandomKey.of(5)), true), new View[] {x}, x);
        int kept = 0;
        for (float value : run.outputs[0]) {
            kept += value == 0 ? 0 : 1;
        }
        assertEquals(0.8, kept / 1e5, 0.01);
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        View x = FusedRun.input(Placement.COLUMNS, FusedRun.normal(new Random(3), 1000 * 37), 1000, 37);
        View dOut = FusedRun.input(Placement.OFFSET, FusedRun.normal(new Random(4), 1000 * 37), 1000, 37);
        FusedRun.assertSameBitsForAnyThreads(new Dropout(0.5, RandomKey.of(3)), new View[] {x}, dOut);
    }

    private static void check(Dropout op, Placement placement, boolean simd, int... sizes) {
        int count = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
        float[] x = FusedRun.normal(new Random(1), count);
        float[] dy = FusedRun.normal(new Random(2), count);
        FusedRun run = new FusedRun(
                FusedRun.kernel(POOL, op, simd),
                new View[] {FusedRun.input(placement, x, sizes)},
                FusedRun.input(Placement.OFFSET, dy, sizes));
        float[] mask = new float[count];
        Draws.floats(RandomOp.DROPOUT_MASK, op.key(), op.probability(), 0, 0, mask, 0, count);
        for (int i = 0; i < count; i++) {
            x[i] *= mask[i];
            dy[i] *= mask[i];
        }
        assertArrayEquals(x, run.outputs[0]);
        assertArrayEquals(dy, run.gradients[0]);
    }
}
