package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AdamStep;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class AdamStepKernelTest {
    private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 31, 33, 1000, 8192, 20_000};
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 300)
    void equalsTheEquations(
            @ForAll long seed,
            @ForAll @IntRange(max = 40) int rows,
            @ForAll @IntRange(max = 40) int width,
            @ForAll @IntRange(min = 1, max = 3000) int step,
            @ForAll Placement ofGradient,
            @ForAll boolean decoupled,
            @ForAll boolean inPlace,
            @ForAll boolean simd) {
        double weightDecay = seed % 2 == 0 ? 0 : 0.1;
        AdamStep op = new AdamStep(0.9, 0.98, 1e-8, weightDecay, decoupled);
        check(op, seed, step, ofGradient, inPlace, FusedRun.kernel(POOL, op, simd), rows, width);
    }

    @Example
    void equalsTheEquationsAtAwkwardSizes() {
        AdamStep op = new AdamStep(0.9, 0.999, 1e-8, 0.01, true);
        for (int size : SIZES) {
            check(op, size, 1, Placement.OFFSET, true, FusedRun.kernel(POOL, op, true), size);
            check(op, size, 2, Placement.STEPPED, false, FusedRun.kernel(POOL, op, false), size);
        }
    }

    @Example
    void hasTheSameBitsForAnyNumberOfThreads() {
        AdamStep op = new AdamStep(0.9, 0.999, 1e-8, 0.01, false);
        for (boolean simd : new boolean[] {true, false}) {
            float[][][] runs = new float[3][][];
            int[] threads = {1, 2, 7};
            for (int i = 0; i < 3; i++) {
                try (WorkerPool pool = new WorkerPool(threads[i])) {
                    FusedKernel kernel = FusedRun.kernel(pool, op, simd);
                    runs[i] = check(op, 5, 3, Placement.COLUMNS, true, kernel, 1000, 57);
                }
            }
            assertArrayEquals(runs[0], runs[1]);
            assertArrayEquals(runs[0], runs[2]);
        }
    }

    @Example
    void hasNoGradient() {
        FusedKernel kernel = FusedRun.kernel(POOL, new AdamStep(0.9, 0.999, 1e-8, 0, false), true);
        assertThrows(IllegalStateException.class, () -> kernel.backward(new View[5], new View[3], null, new View[5]));
    }

    /** Checks one step; returns the new parameters and moments. */
    private static float[][] check(
            AdamStep op, long seed, int step, Placement ofGradient, boolean inPlace, FusedKernel kernel, int... sizes) {
        Random random = new Random(seed);
        int count = Placement.CONTIGUOUS.layout(sizes).shape().elements();
        float[] p = FusedRun.normal(random, count);
        float[] g = FusedRun.normal(random, count);
        float[] m = FusedRun.normal(random, count);
        float[] v = FusedRun.normal(random, count);
        for (int i = 0; i < count; i++) {
            p[i] *= 1e-2f;
            v[i] = 0.01f + v[i] * v[i];
        }
        float[] rates = {1e-3f, (float) (1 - Math.pow(op.beta1(), step)), (float) (1 - Math.pow(op.beta2(), step))};
        View[] inputs = {
            FusedRun.state(Placement.OFFSET, p, sizes),
            FusedRun.input(ofGradient, g, sizes),
            FusedRun.state(Placement.CONTIGUOUS, m, sizes),
            FusedRun.state(Placement.OFFSET, v, sizes),
            FusedRun.input(Placement.STEPPED, rates, 3)
        };
        View[] outputs = {inputs[0], inputs[2], inputs[3]};
        if (!inPlace) {
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = FusedRun.state(Placement.OFFSET, new float[count], sizes);
            }
        }
        kernel.forward(inputs, outputs);
        float[][] results = {FusedRun.guarded(outputs[0]), FusedRun.guarded(outputs[1]), FusedRun.guarded(outputs[2])};
        if (!inPlace) {
            assertArrayEquals(p, FusedRun.guarded(inputs[0]));
            assertArrayEquals(m, FusedRun.guarded(inputs[2]));
            assertArrayEquals(v, FusedRun.guarded(inputs[3]));
        }
        assertEquations(op, rates, new float[][] {p, g, m, v}, results);
        return results;
    }

    private static void assertEquations(AdamStep op, float[] rates, float[][] before, float[][] after) {
        int count = before[0].length;
        double[] p = new double[count];
        double[] m = new double[count];
        double[] v = new double[count];
        for (int i = 0; i < count; i++) {
            double parameter = before[0][i];
            double gradient = before[1][i];
            if (op.decoupled()) {
                parameter -= rates[0] * op.weightDecay() * parameter;
            } else {
                gradient += op.weightDecay() * parameter;
            }
            m[i] = op.beta1() * before[2][i] + (1 - op.beta1()) * gradient;
            v[i] = op.beta2() * before[3][i] + (1 - op.beta2()) * gradient * gradient;
            // In thousands, so that the tolerance is relative to the step.
            p[i] = 1000 * (parameter - rates[0] * (m[i] / rates[1]) / (Math.sqrt(v[i] / rates[2]) + op.epsilon()));
            after[0][i] *= 1000;
        }
        FusedRun.assertNear("p", p, after[0]);
        FusedRun.assertNear("m", m, after[1]);
        FusedRun.assertNear("v", v, after[2]);
    }
}
