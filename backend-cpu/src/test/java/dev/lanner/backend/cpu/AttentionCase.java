package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.functional.AttentionActivation;
import java.util.Arrays;
import java.util.Random;

/** A random attention with its results: operands and results in slices with sentinels around them. */
final class AttentionCase {
    static final float SENTINEL = -77.25f;
    private static final int MARGIN = 5;

    final AttentionInputs inputs;
    final AttentionSlice dOut;
    final AttentionSlice out;
    final AttentionOutputs outputs;
    final AttentionGradients gradients;

    private AttentionCase(AttentionInputs inputs, AttentionSlice dOut) {
        this.inputs = inputs;
        this.dOut = dOut;
        AttentionShape shape = inputs.shape();
        int d = shape.heads() * shape.queryWidth();
        int e = shape.heads() * shape.valueWidth();
        out = slice(shape.rows(), 0, e, null);
        outputs = new AttentionOutputs(out, shape.isSoftmax() ? slice(shape.rows(), 0, 2 * shape.heads(), null) : null);
        int stride = 2 * d + e + 3 * MARGIN; // one buffer, as the gradient of a fused projection
        float[] buffer = new float[MARGIN + shape.rows() * stride];
        Arrays.fill(buffer, SENTINEL);
        gradients = new AttentionGradients(
                new AttentionSlice(buffer, MARGIN + d + MARGIN, stride),
                new AttentionSlice(buffer, MARGIN, stride),
                new AttentionSlice(buffer, MARGIN + 2 * (d + MARGIN), stride),
                inputs.bias().position() == null ? null : filled(2 * shape.maxLength() - 1),
                inputs.bias().time() == null ? null : filled(inputs.bias().buckets()));
    }

    private static float[] filled(int size) {
        float[] values = new float[size + MARGIN];
        Arrays.fill(values, SENTINEL);
        return values;
    }

    /** The inner loops that this JVM can run best. */
    static AttentionTiles tiles() {
        return SimdSupport.available() ? new SimdAttentionTiles() : new ScalarAttentionTiles();
    }

    /** Draws operands for sequences of these lengths, with {@code loose} rows of no sequence, all NaN, behind them. */
    static AttentionCase random(
            long seed, int[] lengths, int loose, int heads, int queryWidth, int valueWidth, AttentionBiasKind kind) {
        return random(AttentionActivation.SILU, seed, lengths, loose, heads, queryWidth, valueWidth, kind);
    }

    /** The same with an activation. */
    static AttentionCase random(
            AttentionActivation activation,
            long seed,
            int[] lengths,
            int loose,
            int heads,
            int queryWidth,
            int valueWidth,
            AttentionBiasKind kind) {
        Random random = new Random(seed);
        int[] offsets = new int[lengths.length + 1];
        int maxLength = 1 + random.nextInt(3);
        for (int b = 0; b < lengths.length; b++) {
            offsets[b + 1] = offsets[b] + lengths[b];
            maxLength = Math.max(maxLength, lengths[b]);
        }
        int rows = offsets[lengths.length] + loose;
        AttentionShape shape = new AttentionShape(
                rows, lengths.length, heads, queryWidth, valueWidth, maxLength, maxLength, activation);
        AttentionBias bias = kind.bias(random, offsets, rows, maxLength);
        AttentionInputs inputs = new AttentionInputs(
                shape,
                offsets,
                slice(rows, rows - loose, heads * queryWidth, random),
                slice(rows, rows - loose, heads * queryWidth, random),
                slice(rows, rows - loose, heads * valueWidth, random),
                bias);
        return new AttentionCase(inputs, slice(rows, rows - loose, heads * valueWidth, random));
    }

    /** The same operands with results of its own. */
    AttentionCase fresh() {
        return new AttentionCase(inputs, dOut);
    }

    private static AttentionSlice slice(int rows, int used, int columns, Random random) {
        int stride = columns + MARGIN;
        float[] values = new float[MARGIN + rows * stride];
        Arrays.fill(values, SENTINEL);
        AttentionSlice slice = new AttentionSlice(values, MARGIN, stride);
        for (int row = 0; random != null && row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                values[slice.at(row, column)] = row < used ? (float) random.nextGaussian() : Float.NaN;
            }
        }
        return slice;
    }

    /** Runs forward and backward. */
    AttentionCase run(WorkerPool pool, AttentionTiles tiles) {
        HstuAttentionKernel kernel = new HstuAttentionKernel(pool, tiles);
        kernel.forward(inputs, outputs);
        kernel.backward(inputs, outputs, dOut, gradients);
        return this;
    }

    /** Checks all results against the reference, and that nothing was written around them. */
    void check() {
        AttentionReference expected = new AttentionReference(inputs, dOut);
        int d = inputs.shape().heads() * inputs.shape().queryWidth();
        int e = inputs.shape().heads() * inputs.shape().valueWidth();
        checkSlice("out", expected.out, out, e);
        checkSlice("dQueries", expected.dQueries, gradients.queries(), d);
        checkSlice("dKeys", expected.dKeys, gradients.keys(), d);
        checkSlice("dValues", expected.dValues, gradients.values(), e);
        checkTable("dPosition", expected.dPosition, gradients.position());
        checkTable("dTime", expected.dTime, gradients.time());
        checkSentinels(out.values(), inputs.shape().rows() * e);
        checkSentinels(gradients.queries().values(), inputs.shape().rows() * (2 * d + e));
    }

    private void checkSlice(String name, double[] expected, AttentionSlice actual, int columns) {
        double scale = scale(expected);
        for (int row = 0; row < inputs.shape().rows(); row++) {
            for (int column = 0; column < columns; column++) {
                float value = actual.values()[actual.at(row, column)];
                assertEquals(
                        expected[row * columns + column], value, 1e-5 * scale, name + "[" + row + ", " + column + "]");
            }
        }
    }

    private static void checkTable(String name, double[] expected, float[] actual) {
        if (actual == null) {
            return;
        }
        double scale = scale(expected);
        for (int k = 0; k < expected.length; k++) {
            assertEquals(expected[k], actual[k], 1e-5 * scale, name + "[" + k + "]");
        }
        checkSentinels(actual, expected.length);
    }

    private static double scale(double[] values) {
        return Math.max(1, Arrays.stream(values).map(Math::abs).max().orElse(0));
    }

    private static void checkSentinels(float[] values, int written) {
        int others = 0;
        for (float value : values) {
            others += value == SENTINEL ? 0 : 1;
        }
        assertEquals(written, others, "elements written");
    }

    /** Checks that all results are the same bits. */
    void checkSameBits(AttentionCase other) {
        assertArrayEquals(other.out.values(), out.values(), "out");
        assertArrayEquals(
                other.gradients.queries().values(), gradients.queries().values(), "gradients");
        assertArrayEquals(other.gradients.position(), gradients.position(), "dPosition");
        assertArrayEquals(other.gradients.time(), gradients.time(), "dTime");
    }
}
