package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.functional.AttentionActivation;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HstuAttentionKernelTest {
    private static final int[] LENGTHS = {0, 1, 7, 15, 16, 17, 31, 33, 200, 48};
    private static final AttentionTiles TILES = AttentionCase.tiles();
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    @ParameterizedTest
    @EnumSource
    void equalsTheEquationsForEveryBias(AttentionBiasKind kind) {
        for (AttentionActivation activation : AttentionActivation.values()) {
            AttentionCase.random(activation, 7, LENGTHS, 2, 2, 25, 33, kind)
                    .run(POOL, TILES)
                    .check();
            AttentionCase.random(activation, 8, LENGTHS, 0, 1, 64, 64, kind)
                    .run(POOL, new ScalarAttentionTiles())
                    .check();
        }
    }

    /** The largest score comes early or late in a row, so that what was summed before it is scaled down, by far or not at all. */
    @ParameterizedTest
    @ValueSource(floats = {-60, -1, 1, 60})
    void aSoftmaxOfScoresThatRiseOrFallEqualsTheEquations(float slope) {
        AttentionCase attention = AttentionCase.random(
                AttentionActivation.SOFTMAX, 20, new int[] {200, 97}, 0, 2, 16, 20, AttentionBiasKind.ARTICLE);
        float[] position = attention.inputs.bias().position();
        for (int k = 0; k < position.length; k++) {
            position[k] = slope * k / 10;
        }
        attention.run(POOL, TILES).check();
        attention.fresh().run(POOL, new ScalarAttentionTiles()).check();
    }

    @ParameterizedTest
    @EnumSource
    void longSequenceEqualsTheEquations(AttentionActivation activation) {
        AttentionCase.random(activation, 9, new int[] {20, 1500}, 1, 1, 8, 7, AttentionBiasKind.ARTICLE)
                .run(POOL, TILES)
                .check();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void resultsDoNotDependOnTheNumberOfThreads(int threads) {
        int[] lengths = {1100, 3, 90, 200, 41, 160, 17, 200, 1, 77};
        for (AttentionActivation activation : AttentionActivation.values()) {
            AttentionCase expected = AttentionCase.random(
                            activation, 10, lengths, 3, 2, 16, 9, AttentionBiasKind.LOGARITHMIC)
                    .run(POOL, TILES);
            try (WorkerPool other = new WorkerPool(threads)) {
                expected.fresh().run(other, TILES).checkSameBits(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void severalUnitsInABinKeepTheirGradients(AttentionActivation activation) {
        int[] lengths = new int[300];
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = b % 9;
        }
        AttentionCase batch = AttentionCase.random(activation, 11, lengths, 1, 2, 8, 8, AttentionBiasKind.ARTICLE);
        batch.run(POOL, TILES).check();
        try (WorkerPool other = new WorkerPool(7)) {
            batch.fresh().run(other, TILES).checkSameBits(batch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void outputsDoNotDependOnLaterEvents(AttentionActivation activation) {
        for (int changed : new int[] {1, 5, 16, 47, 48, 50, 99, 130, 199}) {
            AttentionCase attention =
                    AttentionCase.random(activation, 12, new int[] {200}, 0, 1, 33, 20, AttentionBiasKind.ARTICLE);
            attention.run(POOL, TILES);
            AttentionCase other = attention.fresh();
            AttentionInputs inputs = attention.inputs;
            for (AttentionSlice slice : new AttentionSlice[] {inputs.queries(), inputs.keys(), inputs.values()}) {
                Arrays.fill(slice.values(), slice.at(changed, 0), slice.values().length, Float.NaN);
            }
            Arrays.fill(inputs.bias().keyTimes(), changed, 200, 5_000_000_000L);
            new HstuAttentionKernel(POOL, TILES).forward(inputs, other.outputs);
            int end = attention.out.at(changed, 0);
            assertArrayEquals(
                    Arrays.copyOf(attention.out.values(), end),
                    Arrays.copyOf(other.out.values(), end),
                    "outputs before event " + changed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sequenceAloneHasTheBitsItHasInABatch(AttentionActivation activation) {
        int[] lengths = {33, 200, 16, 1, 97};
        AttentionCase batch = AttentionCase.random(activation, 13, lengths, 4, 2, 25, 25, AttentionBiasKind.ARTICLE);
        batch.run(POOL, TILES);
        for (int b = 0; b < lengths.length; b++) {
            int start = batch.inputs.offsets()[b];
            int end = batch.inputs.offsets()[b + 1];
            AttentionSlice out = new AttentionSlice(new float[lengths[b] * 50], 0, 50);
            AttentionSlice dQueries = new AttentionSlice(new float[lengths[b] * 50], 0, 50);
            AttentionSlice dKeys = new AttentionSlice(new float[lengths[b] * 50], 0, 50);
            AttentionSlice dValues = new AttentionSlice(new float[lengths[b] * 50], 0, 50);
            AttentionInputs alone = alone(batch.inputs, start, end);
            HstuAttentionKernel kernel = new HstuAttentionKernel(POOL, TILES);
            AttentionOutputs outputs = new AttentionOutputs(
                    out, alone.shape().isSoftmax() ? new AttentionSlice(new float[lengths[b] * 4], 0, 4) : null);
            kernel.forward(alone, outputs);
            kernel.backward(
                    alone,
                    outputs,
                    from(batch.dOut, start),
                    new AttentionGradients(dQueries, dKeys, dValues, null, null));
            for (int row = start; row < end; row++) {
                assertSameRow(batch.out, row, out, row - start);
                assertSameRow(batch.gradients.queries(), row, dQueries, row - start);
                assertSameRow(batch.gradients.keys(), row, dKeys, row - start);
                assertSameRow(batch.gradients.values(), row, dValues, row - start);
            }
        }
    }

    private static AttentionInputs alone(AttentionInputs batch, int start, int end) {
        AttentionShape shape = batch.shape();
        AttentionBias bias = batch.bias();
        return new AttentionInputs(
                new AttentionShape(
                        end - start,
                        1,
                        shape.heads(),
                        shape.queryWidth(),
                        shape.valueWidth(),
                        shape.maxLength(),
                        shape.divisor(),
                        shape.activation()),
                new int[] {0, end - start},
                from(batch.queries(), start),
                from(batch.keys(), start),
                from(batch.values(), start),
                new AttentionBias(
                        bias.position(),
                        bias.time(),
                        bias.buckets(),
                        bias.boundaries(),
                        Arrays.copyOfRange(bias.queryTimes(), start, end),
                        Arrays.copyOfRange(bias.keyTimes(), start, end)));
    }

    private static AttentionSlice from(AttentionSlice slice, int row) {
        return new AttentionSlice(slice.values(), slice.at(row, 0), slice.rowStride());
    }

    private static void assertSameRow(AttentionSlice expected, int expectedRow, AttentionSlice actual, int actualRow) {
        for (int column = 0; column < actual.rowStride(); column++) {
            assertEquals(
                    expected.values()[expected.at(expectedRow, column)],
                    actual.values()[actual.at(actualRow, column)],
                    "row " + expectedRow + ", column " + column);
        }
    }

    @ParameterizedTest
    @EnumSource
    void unwantedGradientsChangeNoOther(AttentionActivation activation) {
        AttentionCase all =
                AttentionCase.random(activation, 14, new int[] {1000, 60}, 2, 1, 16, 12, AttentionBiasKind.ARTICLE);
        all.run(POOL, TILES);
        HstuAttentionKernel kernel = new HstuAttentionKernel(POOL, TILES);
        AttentionGradients wanted = all.gradients;
        for (int one = 0; one < 5; one++) {
            AttentionCase single = all.fresh();
            AttentionGradients target = single.gradients;
            kernel.backward(
                    all.inputs,
                    all.outputs,
                    all.dOut,
                    new AttentionGradients(
                            one == 0 ? target.queries() : null,
                            one == 1 ? target.keys() : null,
                            one == 2 ? target.values() : null,
                            one == 3 ? target.position() : null,
                            one == 4 ? target.time() : null));
            AttentionSlice[] slices = {target.queries(), target.keys(), target.values()};
            AttentionSlice[] expected = {wanted.queries(), wanted.keys(), wanted.values()};
            int[] widths = {16, 16, 12};
            for (int row = 0; one < 3 && row < all.inputs.shape().rows(); row++) {
                for (int column = 0; column < widths[one]; column++) {
                    int at = slices[one].at(row, column);
                    assertEquals(expected[one].values()[at], slices[one].values()[at], "row " + row);
                }
            }
            if (one >= 3) {
                float[] table = one == 3 ? target.position() : target.time();
                assertArrayEquals(one == 3 ? wanted.position() : wanted.time(), table);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE - 1L, Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, Long.MAX_VALUE})
    void bucketsAreExactAtTheEdgeOfTheInts(long range) {
        long[] boundaries = {0, 1, Integer.MAX_VALUE - 1L, Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, Long.MAX_VALUE};
        long[] times = {0, 1, range - 1, range, 2};
        float[] table = {1, 2, 4, 8, 16, 32, 64};
        AttentionInputs inputs = new AttentionInputs(
                new AttentionShape(5, 1, 1, 1, 1, 5, 1, AttentionActivation.SILU),
                new int[] {0, 5},
                new AttentionSlice(new float[5], 0, 1),
                new AttentionSlice(new float[5], 0, 1),
                new AttentionSlice(new float[] {1, 1, 1, 1, 1}, 0, 1),
                new AttentionBias(null, table, 7, boundaries, times, times));
        for (AttentionTiles tiles : new AttentionTiles[] {TILES, new ScalarAttentionTiles()}) {
            AttentionSlice out = new AttentionSlice(new float[5], 0, 1);
            new HstuAttentionKernel(POOL, tiles).forward(inputs, new AttentionOutputs(out, null));
            for (int i = 0; i < 5; i++) {
                double expected = 0;
                for (int j = 0; j <= i; j++) {
                    int bucket = 0;
                    for (long boundary : boundaries) {
                        bucket += Math.abs(times[i] - times[j]) >= boundary ? 1 : 0;
                    }
                    expected += table[bucket] / (1 + Math.exp(-table[bucket]));
                }
                assertEquals(expected, out.values()[i], 1e-5 * expected, "row " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingToDo(AttentionActivation activation) {
        AttentionCase.random(activation, 15, new int[] {}, 0, 1, 4, 4, AttentionBiasKind.ARTICLE)
                .run(POOL, TILES)
                .check();
        AttentionCase.random(activation, 16, new int[] {0, 0}, 3, 2, 4, 4, AttentionBiasKind.ARTICLE)
                .run(POOL, TILES)
                .check();
    }

    @Test
    void tilesAreWholeVectors() {
        Class<?>[] type = {AttentionTiles.class};
        AttentionTiles tiles = (AttentionTiles)
                Proxy.newProxyInstance(AttentionTiles.class.getClassLoader(), type, (proxy, method, arguments) -> 32);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new HstuAttentionKernel(POOL, tiles));
        assertEquals("attention: lanes must divide 48, got 32", e.getMessage());
    }
}
