package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.LayerNorm;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class LayerNormKernelTest {
    private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 31, 33, 1000};
    private static final double EPSILON = 1e-3;
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
            @ForAll Placement placement,
            @ForAll Placement ofVectors,
            @ForAll boolean gated,
            @ForAll boolean simd) {
        check(seed, placement, ofVectors, gated, simd, rows, width);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        for (int size : SIZES) {
            for (int twin = 0; twin < 4; twin++) {
                boolean simd = twin % 2 == 0;
                check(size, Placement.COLUMNS, Placement.OFFSET, twin < 2, simd, size, 5);
                if (size > 0) {
                    check(size, Placement.COLUMNS, Placement.OFFSET, twin < 2, simd, 3, size);
                }
            }
        }
    }

    @Example
    void equalsTheEquationsWhereTheTermsOfAGradientCancel() {
        for (boolean simd : new boolean[] {true, false}) {
            check(20365011074L, Placement.CONTIGUOUS, Placement.CONTIGUOUS, true, simd, 3, 2);
        }
    }

    @Example
    void aConstantRowFarFromZeroHasNoVariance() {
        float[] x = new float[50];
        Arrays.fill(x, 1000);
        float[] gamma = new float[50];
        float[] beta = new float[50];
        Arrays.fill(gamma, 1);
        Arrays.fill(beta, 0.5f);
        for (boolean simd : new boolean[] {true, false}) {
            View[] inputs = {
                FusedRun.input(Placement.OFFSET, x, 1, 50),
                FusedRun.input(Placement.OFFSET, gamma, 50),
                FusedRun.input(Placement.OFFSET, beta, 50)
            };
            FusedRun run = new FusedRun(
                    FusedRun.kernel(POOL, new LayerNorm(1e-6), simd),
                    inputs,
                    FusedRun.input(Placement.CONTIGUOUS, x, 1, 50));
            assertArrayEquals(beta, run.outputs[0]);
        }
    }

    @Example
    void computesOneGradientWithoutTheOthers() {
        Random random = new Random(4);
        FusedKernel kernel = FusedRun.kernel(POOL, new GatedTransform(EPSILON), true);
        View[] inputs = inputs(random, Placement.COLUMNS, Placement.OFFSET, true, 700, 33);
        View dOut = FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 700 * 33), 700, 33);
        FusedRun all = new FusedRun(kernel, inputs, dOut);
        for (int i = 0; i < inputs.length; i++) {
            assertArrayEquals(all.gradients[i], new FusedRun(kernel, inputs, dOut, i).gradients[i]);
        }
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        for (boolean gated : new boolean[] {true, false}) {
            Random random = new Random(3);
            View[] inputs = inputs(random, Placement.COLUMNS, Placement.OFFSET, gated, 3000, 37);
            View dOut = FusedRun.input(Placement.OFFSET, FusedRun.normal(random, 3000 * 37), 3000, 37);
            FusedRun.assertSameBitsForAnyThreads(op(gated), inputs, dOut);
        }
    }

    private static FusedOp op(boolean gated) {
        return gated ? new GatedTransform(EPSILON) : new LayerNorm(EPSILON);
    }

    private static View[] inputs(
            Random random, Placement placement, Placement ofVectors, boolean gated, int rows, int width) {
        View x = FusedRun.input(placement, FusedRun.normal(random, rows * width), rows, width);
        View gamma = FusedRun.input(ofVectors, FusedRun.normal(random, width), width);
        View beta = FusedRun.input(ofVectors, FusedRun.normal(random, width), width);
        if (!gated) {
            return new View[] {x, gamma, beta};
        }
        View u = FusedRun.input(Placement.COLUMNS, FusedRun.normal(random, rows * width), rows, width);
        return new View[] {x, u, gamma, beta};
    }

    private static void check(
            long seed, Placement placement, Placement ofVectors, boolean gated, boolean simd, int rows, int width) {
        Random random = new Random(seed);
        View[] inputs = inputs(random, placement, ofVectors, gated, rows, width);
        float[] dy = FusedRun.normal(random, rows * width);
        FusedRun run = new FusedRun(
                FusedRun.kernel(POOL, op(gated), simd), inputs, FusedRun.input(Placement.OFFSET, dy, rows, width));
        Expected expected = new Expected(inputs, gated, dy, rows, width);
        FusedRun.assertNear("y", expected.y, run.outputs[0]);
        FusedRun.assertNear("dx", expected.dx, run.gradients[0], expected.dxTerm);
        if (gated) {
            FusedRun.assertNear("du", expected.du, run.gradients[1]);
        }
        FusedRun.assertNear("dGamma", expected.dGamma, run.gradients[inputs.length - 2]);
        FusedRun.assertNear("dBeta", expected.dBeta, run.gradients[inputs.length - 1]);
    }

    /** The equations in double precision. */
    private static final class Expected {
        final double[] y;
        final double[] dx;
        final double[] du;
        final double[] dGamma;
        final double[] dBeta;

        /** The largest term of dx: between nearly equal elements of a row its terms are large and cancel. */
        double dxTerm;

        Expected(View[] inputs, boolean gated, float[] dy, int rows, int width) {
            float[] x = ContiguousCopy.of(inputs[0]).floats();
            float[] u = gated ? ContiguousCopy.of(inputs[1]).floats() : null;
            float[] gamma = ContiguousCopy.of(inputs[inputs.length - 2]).floats();
            float[] beta = ContiguousCopy.of(inputs[inputs.length - 1]).floats();
            y = new double[x.length];
            dx = new double[x.length];
            du = new double[x.length];
            dGamma = new double[width];
            dBeta = new double[width];
            double[] dn = new double[width];
            double[] normal = new double[width];
            for (int row = 0; row < rows * width; row += width) {
                double mean = 0;
                for (int i = 0; i < width; i++) {
                    mean += x[row + i] / (double) width;
                }
                double variance = 0;
                for (int i = 0; i < width; i++) {
                    variance += (x[row + i] - mean) * (x[row + i] - mean) / width;
                }
                double deviation = Math.sqrt(variance + EPSILON);
                double sum = 0;
                double projection = 0;
                for (int i = 0; i < width; i++) {
                    normal[i] = (x[row + i] - mean) / deviation;
                    double gate = gated ? u[row + i] : 1;
                    double scaled = normal[i] * gamma[i] + beta[i];
                    y[row + i] = scaled * gate;
                    du[row + i] = dy[row + i] * scaled;
                    dGamma[i] += dy[row + i] * gate * normal[i];
                    dBeta[i] += dy[row + i] * gate;
                    dn[i] = dy[row + i] * gate * gamma[i];
                    sum += dn[i];
                    projection += dn[i] * normal[i];
                }
                for (int i = 0; i < width; i++) {
                    dxTerm = Math.max(dxTerm, Math.abs(dn[i]) / deviation);
                    dx[row + i] = (dn[i] - sum / width - normal[i] * projection / width) / deviation;
                }
            }
        }
    }
}
