package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The adapter hands every operand to the kernel as it is meant, from whichever layout; what the kernel computes is tested beside it. */
class HstuAttentionAdapterTest {
    private static final int ROWS = 50;
    private static final int[] OFFSETS = {0, 17, 17, 48};
    private static final int HEADS = 2;
    private static final int KEY_WIDTH = 6;
    private static final int VALUE_WIDTH = 10;
    private static final int MAX_LENGTH = 31;
    private static final HstuAttention OP = op(AttentionActivation.SILU);
    private static final WorkerPool POOL = new WorkerPool(2);

    private final Random random = new Random(1);
    private final float[] q = FusedRun.normal(random, ROWS * KEY_WIDTH);
    private final float[] k = FusedRun.normal(random, ROWS * KEY_WIDTH);
    private final float[] v = FusedRun.normal(random, ROWS * VALUE_WIDTH);
    private final float[] position = FusedRun.normal(random, 2 * MAX_LENGTH - 1);
    private final float[] time = FusedRun.normal(random, 4);
    private final long[] queryTimes = random.longs(ROWS, 0, 100).toArray();
    private final long[] keyTimes = random.longs(ROWS, 0, 100).toArray();
    private final float[] dOut = FusedRun.normal(random, ROWS * VALUE_WIDTH);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static HstuAttention op(AttentionActivation activation) {
        return new HstuAttention(HEADS, MAX_LENGTH, 31, List.of(3L, 20L, 90L), activation);
    }

    private View[] inputs(Placement placement) {
        return new View[] {
            FusedRun.input(placement, q, ROWS, KEY_WIDTH),
            FusedRun.input(placement, k, ROWS, KEY_WIDTH),
            FusedRun.input(placement, v, ROWS, VALUE_WIDTH),
            FusedRun.indices(placement, OFFSETS, OFFSETS.length),
            times(placement, queryTimes),
            times(placement, keyTimes),
            FusedRun.input(placement, position, position.length),
            FusedRun.input(placement, time, time.length)
        };
    }

    private static View times(Placement placement, long... values) {
        Layout layout = placement.layout(values.length);
        long[] storage = new long[3 * values.length];
        Arrays.fill(storage, Long.MIN_VALUE);
        for (int i = 0; i < values.length; i++) {
            storage[layout.position(i)] = values[i];
        }
        return new View(HostArray.of(storage), layout);
    }

    private FusedRun run(Placement placement, int only) {
        return run(OP, placement, only);
    }

    private FusedRun run(HstuAttention op, Placement placement, int only) {
        FusedKernel kernel = FusedRun.kernel(POOL, op, true);
        View upstream = FusedRun.input(Placement.OFFSET, dOut, ROWS, VALUE_WIDTH);
        return new FusedRun(kernel, inputs(placement), upstream, only);
    }

    @ParameterizedTest
    @EnumSource
    void givesWhatTheKernelGives(AttentionActivation activation) {
        HstuAttention op = op(activation);
        AttentionShape shape = new AttentionShape(
                ROWS,
                OFFSETS.length - 1,
                HEADS,
                KEY_WIDTH / HEADS,
                VALUE_WIDTH / HEADS,
                MAX_LENGTH,
                31,
                op.activation());
        AttentionInputs inputs = new AttentionInputs(
                shape,
                OFFSETS,
                new AttentionSlice(q, 0, KEY_WIDTH),
                new AttentionSlice(k, 0, KEY_WIDTH),
                new AttentionSlice(v, 0, VALUE_WIDTH),
                new AttentionBias(position, time, 4, new long[] {3, 20, 90}, queryTimes, keyTimes));
        AttentionSlice out = new AttentionSlice(new float[v.length], 0, VALUE_WIDTH);
        AttentionGradients gradients = new AttentionGradients(
                new AttentionSlice(new float[q.length], 0, KEY_WIDTH),
                new AttentionSlice(new float[k.length], 0, KEY_WIDTH),
                new AttentionSlice(new float[v.length], 0, VALUE_WIDTH),
                new float[position.length],
                new float[time.length]);
        boolean simd = SimdSupport.available() && Simd.LANES >= 4;
        HstuAttentionKernel kernel =
                new HstuAttentionKernel(POOL, simd ? new SimdAttentionTiles() : new ScalarAttentionTiles());
        AttentionOutputs outputs =
                new AttentionOutputs(out, new AttentionSlice(new float[ROWS * 2 * HEADS], 0, 2 * HEADS));
        kernel.forward(inputs, outputs);
        kernel.backward(inputs, outputs, new AttentionSlice(dOut, 0, VALUE_WIDTH), gradients);
        for (Placement placement : Placement.values()) {
            FusedRun run = run(op, placement, -1);
            assertArrayEquals(out.values(), run.outputs[0], placement + " out");
            assertArrayEquals(gradients.queries().values(), run.gradients[0], placement + " dq");
            assertArrayEquals(gradients.keys().values(), run.gradients[1], placement + " dk");
            assertArrayEquals(gradients.values().values(), run.gradients[2], placement + " dv");
            assertArrayEquals(gradients.position(), run.gradients[6], placement + " dPosition");
            assertArrayEquals(gradients.time(), run.gradients[7], placement + " dTime");
        }
    }

    @Test
    void writesGradientsOfBiasesInPlaceWhereTheyStartAtZero() {
        View[] inputs = inputs(Placement.CONTIGUOUS);
        FusedKernel kernel = FusedRun.kernel(POOL, OP, true);
        float[] dPosition = new float[position.length];
        View[] dInputs = new View[inputs.length];
        dInputs[6] = new View(HostArray.of(dPosition), Layout.contiguous(Shape.of(position.length)));
        View upstream = FusedRun.input(Placement.OFFSET, dOut, ROWS, VALUE_WIDTH);
        View out = FusedRun.state(Placement.OFFSET, new float[v.length], ROWS, VALUE_WIDTH);
        kernel.forward(inputs, new View[] {out});
        kernel.backward(inputs, new View[] {out}, upstream, dInputs);
        assertArrayEquals(run(Placement.OFFSET, -1).gradients[6], dPosition);
    }

    @ParameterizedTest
    @EnumSource
    void computesOneGradientWithoutTheOthers(AttentionActivation activation) {
        FusedRun all = run(op(activation), Placement.COLUMNS, -1);
        for (int only : new int[] {0, 1, 2, 6, 7}) {
            FusedRun one = run(op(activation), Placement.COLUMNS, only);
            assertArrayEquals(all.gradients[only], one.gradients[only]);
            assertNull(one.gradients[only == 0 ? 1 : 0]);
        }
    }
}
