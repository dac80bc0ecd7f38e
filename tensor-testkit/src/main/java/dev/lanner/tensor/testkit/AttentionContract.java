package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** HSTU attention: equal to its reference, causal, and independent of what else is in the batch, bit for bit. */
interface AttentionContract extends ContractPart {
    private void check(AttentionCase batch, int tail, Arrangement from, long seed) {
        double term = 1 / batch.op().divisor();
        new FusedTrial(harness(), batch.op(), new Samples(seed), term, term, batch.operands(tail, from)).check();
    }

    private static HstuAttention op(AttentionActivation activation, int heads, int maxLength) {
        return new HstuAttention(heads, maxLength, maxLength, AttentionCase.BOUNDARIES, activation);
    }

    @Property(tries = 200)
    default void attention(
            @ForAll @Size(max = 4) List<@IntRange(max = 9) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 1, max = 9) int dqk,
            @ForAll @IntRange(min = 1, max = 9) int dv,
            @ForAll @IntRange(max = 3) int tail,
            @ForAll Arrangement from,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        int[] rows = lengths.stream().mapToInt(Integer::intValue).toArray();
        AttentionCase batch = new AttentionCase(op(activation, heads, 9), dqk, dv, new Samples(seed), rows);
        check(batch, tail, from.repeats() ? Arrangement.COLUMNS : from, seed);
    }

    @Example
    default void attentionAtAwkwardLengths() {
        for (AttentionActivation activation : AttentionActivation.values()) {
            for (int length : new int[] {1, 7, 15, 16, 17, 31, 33, 65}) {
                AttentionCase batch =
                        new AttentionCase(op(activation, 1, 70), 8, 8, new Samples(length), 0, length, 1, 0, 2);
                check(batch, 5, Arrangement.COLUMNS, length);
            }
        }
    }

    @Example
    default void attentionAtAwkwardWidths() {
        int[][] widths = {{1, 1}, {7, 15}, {16, 16}, {17, 31}, {25, 25}, {50, 50}, {64, 33}, {65, 70}, {130, 64}};
        for (int[] width : widths) {
            for (int heads = 1; heads <= 2; heads++) {
                for (AttentionActivation activation : AttentionActivation.values()) {
                    HstuAttention op = op(activation, heads, 20);
                    AttentionCase batch = new AttentionCase(op, width[0], width[1], new Samples(width[0]), 20, 3);
                    check(batch, 1, Arrangement.CONTIGUOUS, heads);
                }
            }
        }
    }

    @Example
    default void attentionOfFullLength() {
        for (AttentionActivation activation : AttentionActivation.values()) {
            AttentionCase batch = new AttentionCase(op(activation, 2, 130), 9, 9, new Samples(1), 130, 0, 64, 129);
            check(batch, 0, Arrangement.COLUMNS, 1);
        }
    }

    @Example
    default void attentionOfNothing() {
        for (AttentionActivation activation : AttentionActivation.values()) {
            HstuAttention op = op(activation, 2, 5);
            check(new AttentionCase(op, 3, 4, new Samples(1)), 0, Arrangement.CONTIGUOUS, 1);
            check(new AttentionCase(op, 3, 4, new Samples(1)), 6, Arrangement.COLUMNS, 1);
            check(new AttentionCase(op, 3, 4, new Samples(1), 0, 0), 6, Arrangement.CONTIGUOUS, 1);
            check(new AttentionCase(op, 3, 4, new Samples(1), 0, 0), 0, Arrangement.CONTIGUOUS, 1);
        }
    }

    @Example
    default void attentionInAWindow() {
        for (AttentionActivation activation : AttentionActivation.values()) {
            AttentionCase batch = new AttentionCase(op(activation, 2, 40), 5, 4, new Samples(1), 33, 2, 40);
            AttentionCase window = batch.windowed(3, -1e30f);
            check(window, 1, Arrangement.CONTIGUOUS, 1);
            if (harness().backend().kernel(batch.op()).isPresent()) {
                AttentionCase masked = batch.windowed(3, Float.NEGATIVE_INFINITY);
                assertArrayEquals(
                        results(window), results(masked), activation + ": minus infinity is no bias like -1e30");
            }
        }
    }

    /** The result and gradients of a kernel, no zero negative. */
    private float[][] results(AttentionCase batch) {
        Operand[] operands = batch.operands(1, Arrangement.CONTIGUOUS);
        HostArray[] results = new FusedTrial(harness(), batch.op(), new Samples(1), 1, 1, operands).onKernel(-1);
        float[][] values = Arrays.stream(results).map(HostArray::floats).toArray(float[][]::new);
        for (float[] each : values) {
            for (int i = 0; i < each.length; i++) {
                each[i] += 0f;
            }
        }
        return values;
    }

    @Example
    default void attentionWithOneTimeBucketAndWithManyMore() {
        check(
                new AttentionCase(new HstuAttention(1, 9, 3, List.of()), 4, 5, new Samples(1), 9, 4),
                1,
                Arrangement.COLUMNS,
                1);
        Long[] many = new Long[128];
        for (int i = 0; i < many.length; i++) {
            many[i] = 1 + (long) i * i * i * 40;
        }
        many[1] = many[0]; // a bucket without a time in it
        HstuAttention op = new HstuAttention(1, 9, 3, List.of(many));
        check(new AttentionCase(op, 4, 5, new Samples(1), 9, 4), 1, Arrangement.COLUMNS, 1);
    }

    @Property(tries = 200)
    default void laterEventsChangeNothingBefore(
            @ForAll @IntRange(min = 1, max = 40) int length,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll @IntRange(max = 39) int number,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        int event = number % length;
        AttentionCase batch = new AttentionCase(op(activation, heads, 40), 5, 4, new Samples(seed), 3, length, 2);
        if (harness().backend().kernel(batch.op()).isEmpty()) {
            return;
        }
        int changed = batch.start(1) + event;
        float[] before = forward(batch);
        float[] after = forward(batch.withOtherEvent(1, event, new Samples(seed + 1)));
        for (int row = 0; row < batch.start(3); row++) {
            if (row < changed || row >= batch.start(2)) {
                assertRow(before, row, after, row, batch.valueWidth(), "event " + event + " changed row " + row);
            }
        }
    }

    private float[] forward(AttentionCase batch) {
        Operand[] inputs = batch.operands(2, Arrangement.COLUMNS);
        Operand out = Operand.out(DType.F32, inputs[2].shape(), Arrangement.CONTIGUOUS);
        FusedKernel kernel = harness().backend().kernel(batch.op()).orElseThrow();
        Storage[] storages = harness().upload(inputs);
        View[] operands = Harness.views(inputs, storages);
        Shape[] saved = kernel.saved(operands);
        Operand[] outputs = new Operand[1 + saved.length];
        outputs[0] = out;
        for (int i = 0; i < saved.length; i++) {
            outputs[i + 1] = Operand.out(DType.F32, saved[i], Arrangement.CONTIGUOUS);
        }
        Storage[] written = harness().upload(outputs);
        kernel.forward(operands, Harness.views(outputs, written));
        harness().backend().synchronize();
        HostArray result = harness().guarded("hstuAttention", out, written[0]);
        harness().release(storages);
        harness().release(written);
        return result.floats();
    }

    private static void assertRow(float[] a, int rowA, float[] b, int rowB, int width, String what) {
        for (int i = 0; i < width; i++) {
            int bitsA = Float.floatToIntBits(a[rowA * width + i]);
            int bitsB = Float.floatToIntBits(b[rowB * width + i]);
            assertEquals(bitsA, bitsB, what + ", column " + i);
        }
    }

    @Property(tries = 200)
    default void batchMatesChangeNothing(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 33) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        int[] rows = lengths.stream().mapToInt(Integer::intValue).toArray();
        AttentionCase batch = new AttentionCase(op(activation, heads, 40), 5, 4, new Samples(seed), rows);
        if (harness().backend().kernel(batch.op()).isEmpty()) {
            return;
        }
        float[] together = forward(batch);
        for (int b = 0; b < batch.count(); b++) {
            float[] alone = forward(batch.alone(b));
            for (int i = 0; i < batch.length(b); i++) {
                assertRow(alone, i, together, batch.start(b) + i, batch.valueWidth(), "sequence " + b + ", event " + i);
            }
        }
    }
}
