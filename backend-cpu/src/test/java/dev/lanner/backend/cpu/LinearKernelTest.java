package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.Dropout;
import dev.lanner.tensor.functional.Linear;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class LinearKernelTest {
    private static final WorkerPool POOL = new WorkerPool(2);
    private static final Dropout DROPOUT = new Dropout(0.3, new RandomKey(5, 6, 7));

    /** What follows the product, and which operation that is. */
    enum Layer {
        BIAS,
        SILU,
        SILU_IN_PARTS,
        DROPOUT_ADD,
        ADD;

        private FusedOp op() {
            return switch (this) {
                case BIAS -> new Linear();
                case SILU -> new LinearSilu(1);
                case SILU_IN_PARTS -> new LinearSilu(3);
                case DROPOUT_ADD -> new LinearDropoutAdd(DROPOUT);
                case ADD -> new LinearDropoutAdd(0, RandomKey.of(1));
            };
        }

        private int parts() {
            return this == SILU_IN_PARTS ? 3 : 1;
        }

        private boolean adds() {
            return this == DROPOUT_ADD || this == ADD;
        }

        private boolean isInParts() {
            return this == SILU || this == SILU_IN_PARTS;
        }
    }

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 300)
    void equalsTheEquations(
            @ForAll long seed,
            @ForAll Layer layer,
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(max = 40) int in,
            @ForAll @IntRange(max = 70) int width,
            @ForAll Placement ofRows,
            @ForAll Placement ofWeight,
            @ForAll boolean simd) {
        check(seed, layer, ofRows, ofWeight, simd, rows, in, width);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        for (Layer layer : Layer.values()) {
            for (boolean simd : new boolean[] {true, false}) {
                for (int size : new int[] {0, 1, 5, 6, 7, 15, 16, 17, 63, 64, 65}) {
                    check(size, layer, Placement.COLUMNS, Placement.OFFSET, simd, size, 5, 7);
                    check(size, layer, Placement.COLUMNS, Placement.OFFSET, simd, 5, size, 7);
                    check(size, layer, Placement.COLUMNS, Placement.OFFSET, simd, 5, 7, size);
                }
                // Many blocks, and a weight that is worked on as a whole.
                check(1, layer, Placement.CONTIGUOUS, Placement.COLUMNS, simd, 1501, 33, 67);
                check(2, layer, Placement.COLUMNS, Placement.CONTIGUOUS, simd, 131, 259, 301);
            }
        }
    }

    @Example
    void saturatesAtLargeElements() {
        float[] x = {-1e30f, -200, -90, -87.5f, 87.5f, 90, 200, 1e30f};
        double[] y = {0, 0, 0, 0, 87.5, 90, 200, 1e30};
        double[] dx = {0, 0, 0, 0, 1, 1, 1, 1};
        float[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
        for (boolean simd : new boolean[] {true, false}) {
            View[] inputs = {
                FusedRun.input(Placement.OFFSET, x, 8, 1),
                FusedRun.input(Placement.OFFSET, new float[] {1}, 1, 1),
                FusedRun.input(Placement.OFFSET, new float[1], 1),
            };
            View dOut = FusedRun.input(Placement.CONTIGUOUS, ones, 1, 8, 1);
            FusedRun run = new FusedRun(FusedRun.kernel(POOL, new LinearSilu(1), simd), inputs, dOut);
            for (int i = 0; i < 8; i++) {
                FusedRun.assertNear("y", new double[] {y[i]}, new float[] {run.outputs[0][i]});
                FusedRun.assertNear("dx", new double[] {dx[i]}, new float[] {run.gradients[0][i]});
            }
        }
    }

    @Example
    void computesOneGradientWithoutTheOthers() {
        for (Layer layer : Layer.values()) {
            FusedKernel kernel = FusedRun.kernel(POOL, layer.op(), true);
            View[] inputs = inputs(layer, new Random(4), Placement.COLUMNS, Placement.OFFSET, 700, 17, 33);
            View dOut = upstream(layer, new Random(5), 700, 33);
            FusedRun all = new FusedRun(kernel, inputs, dOut);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(all.gradients[i], new FusedRun(kernel, inputs, dOut, i).gradients[i]);
            }
        }
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        for (Layer layer : Layer.values()) {
            View[] small = inputs(layer, new Random(3), Placement.COLUMNS, Placement.OFFSET, 3001, 37, 43);
            FusedRun.assertSameBitsForAnyThreads(layer.op(), small, upstream(layer, new Random(6), 3001, 43));
            // So many blocks that a task works on several.
            View[] square = inputs(layer, new Random(3), Placement.CONTIGUOUS, Placement.OFFSET, 4000, 252, 255);
            FusedRun.assertSameBitsForAnyThreads(layer.op(), square, upstream(layer, new Random(6), 4000, 255));
            View[] large = inputs(layer, new Random(3), Placement.COLUMNS, Placement.OFFSET, 201, 270, 290);
            FusedRun.assertSameBitsForAnyThreads(layer.op(), large, upstream(layer, new Random(6), 201, 290));
        }
    }

    @Example
    void aTaskOfSeveralBlocksAddsThem() {
        check(3, Layer.SILU, Placement.CONTIGUOUS, Placement.CONTIGUOUS, true, 4000, 256, 256);
    }

    /** The last block has fewer rows than the others. */
    @Example
    void aLargeWeightIsWorkedOnInSeveralBlocks() {
        for (Layer layer : Layer.values()) {
            check(3, layer, Placement.COLUMNS, Placement.CONTIGUOUS, true, 1100, 70, 1001);
        }
    }

    @Example
    void nanAndInfinityStayInTheirRows() {
        for (Layer layer : new Layer[] {Layer.BIAS, Layer.SILU, Layer.ADD}) {
            for (boolean simd : new boolean[] {true, false}) {
                View[] inputs = inputs(layer, new Random(8), Placement.CONTIGUOUS, Placement.CONTIGUOUS, 20, 5, 7);
                Elementwise.floats(inputs[0])[3 * 5] = Float.NaN;
                Elementwise.floats(inputs[0])[11 * 5 + 2] = Float.POSITIVE_INFINITY;
                FusedRun run = new FusedRun(
                        FusedRun.kernel(POOL, layer.op(), simd), inputs, upstream(layer, new Random(9), 20, 7));
                for (int i = 0; i < 20 * 7; i++) {
                    if (i / 7 == 3) {
                        assertTrue(Float.isNaN(run.outputs[0][i]), layer + " at " + i);
                    } else if (i / 7 != 11) {
                        assertTrue(Float.isFinite(run.outputs[0][i]), layer + " at " + i);
                    }
                }
                for (int i = 0; i < 20 * 5; i++) {
                    if (i / 5 != 3 && i / 5 != 11) {
                        assertTrue(Float.isFinite(run.gradients[0][i]), layer + ", dx at " + i);
                    }
                }
            }
        }
    }

    private static View[] inputs(
            Layer layer, Random random, Placement ofRows, Placement ofWeight, int rows, int in, int width) {
        int out = layer.parts() * width;
        View[] inputs = {
            FusedRun.input(ofRows, FusedRun.normal(random, rows * in), rows, in),
            FusedRun.input(ofWeight, FusedRun.normal(random, out * in), out, in),
            FusedRun.input(ofWeight, FusedRun.normal(random, out), out),
            FusedRun.input(ofRows, FusedRun.normal(random, rows * out), rows, out)
        };
        return layer.adds() ? inputs : Arrays.copyOf(inputs, 3);
    }

    private static View upstream(Layer layer, Random random, int rows, int width) {
        float[] dy = FusedRun.normal(random, layer.parts() * rows * width);
        return layer.isInParts()
                ? FusedRun.input(Placement.OFFSET, dy, layer.parts(), rows, width)
                : FusedRun.input(Placement.OFFSET, dy, rows, width);
    }

    private static void check(
            long seed, Layer layer, Placement ofRows, Placement ofWeight, boolean simd, int rows, int in, int width) {
        int out = layer.parts() * width;
        Random random = new Random(seed);
        View[] inputs = inputs(layer, random, ofRows, ofWeight, rows, in, width);
        View dOut = upstream(layer, random, rows, width);
        FusedRun run = new FusedRun(FusedRun.kernel(POOL, layer.op(), simd), inputs, dOut);
        double[] x = elements(inputs[0]);
        double[] weight = elements(inputs[1]);
        double[] bias = elements(inputs[2]);
        double[] dy = elements(dOut);
        double[] added = layer.adds() ? elements(inputs[3]) : null;
        float[] mask = new float[rows * out];
        Draws.floats(RandomOp.DROPOUT_MASK, DROPOUT.key(), DROPOUT.probability(), 0, 0, mask, 0, mask.length);
        double[] y = new double[rows * out];
        double[] dx = new double[rows * in];
        double[] dWeight = new double[out * in];
        double[] dBias = new double[out];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < out; column++) {
                double z = bias[column];
                for (int k = 0; k < in; k++) {
                    z += x[row * in + k] * weight[column * in + k];
                }
                int at = (column / Math.max(1, width) * rows + row) * width + column % Math.max(1, width);
                double sigmoid = 1 / (1 + Math.exp(-z));
                double dz;
                switch (layer) {
                    case SILU, SILU_IN_PARTS -> {
                        y[at] = z * sigmoid;
                        dz = dy[at] * sigmoid * (1 + z * (1 - sigmoid));
                    }
                    case DROPOUT_ADD -> {
                        y[at] = z * mask[at] + added[at];
                        dz = dy[at] * mask[at];
                    }
                    case ADD -> {
                        y[at] = z + added[at];
                        dz = dy[at];
                    }
                    default -> {
                        y[at] = z;
                        dz = dy[at];
                    }
                }
                dBias[column] += dz;
                for (int k = 0; k < in; k++) {
                    dx[row * in + k] += dz * weight[column * in + k];
                    dWeight[column * in + k] += dz * x[row * in + k];
                }
            }
        }
        FusedRun.assertNear("y", y, run.outputs[0]);
        FusedRun.assertNear("dx", dx, run.gradients[0], Math.sqrt(out));
        FusedRun.assertNear("dWeight", dWeight, run.gradients[1], Math.sqrt(rows));
        FusedRun.assertNear("dBias", dBias, run.gradients[2], Math.sqrt(rows));
    }

    private static double[] elements(View view) {
        double[] values = new double[view.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((HostArray) view.storage()).getDouble(view.layout().position(i));
        }
        return values;
    }
}
