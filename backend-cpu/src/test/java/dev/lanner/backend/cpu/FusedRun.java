package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

/** One run of a fused kernel, forward and backward, in storages with guards behind and around the elements. */
final class FusedRun {
    private static final float GUARD = -77.25f;
    private static final int BEHIND = 40;
    private static final double TOLERANCE = 1e-5;

    /** The result and what was saved, each row-major. */
    final float[][] outputs;

    /** The gradients of the inputs, each row-major; null where there is none. */
    final float[][] gradients;

    /** Runs a kernel with the gradients of all F32 inputs. */
    FusedRun(FusedKernel kernel, View[] inputs, View dOut) {
        this(kernel, inputs, dOut, -1);
    }

    /** Runs a kernel with the gradient of one input alone, or for -1 of all. */
    FusedRun(FusedKernel kernel, View[] inputs, View dOut, int only) {
        Shape[] saved = kernel.saved(inputs);
        View[] results = new View[saved.length + 1];
        results[0] = result(dOut.shape());
        for (int i = 0; i < saved.length; i++) {
            results[i + 1] = result(saved[i]);
        }
        HostArray[] before = Arrays.stream(inputs).map(FusedRun::whole).toArray(HostArray[]::new);
        kernel.forward(inputs, results);
        View[] dInputs = new View[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            boolean wanted = only < 0 || only == i;
            dInputs[i] = wanted && inputs[i].dtype().isFloating() ? result(inputs[i].shape()) : null;
        }
        kernel.backward(inputs, results, dOut, dInputs);
        for (int i = 0; i < inputs.length; i++) {
            assertSame("input " + i, before[i], whole(inputs[i]));
        }
        outputs = Arrays.stream(results).map(FusedRun::guarded).toArray(float[][]::new);
        gradients = Arrays.stream(dInputs)
                .map(view -> view == null ? null : guarded(view))
                .toArray(float[][]::new);
    }

    /** The kernel of an operation with the inner loops that a flag names; where there is no Vector API, the scalar ones. */
    static FusedKernel kernel(WorkerPool pool, FusedOp op, boolean simd) {
        boolean possible = SimdSupport.available() && Simd.LANES >= 4;
        return new FusedKernels(pool, simd && possible).find(op).orElseThrow();
    }

    /** Normal numbers. */
    static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** An operand between NaN. */
    static View input(Placement placement, float[] values, int... sizes) {
        return view(placement, values, Float.NaN, sizes);
    }

    /** An operand that is written to, between guards. */
    static View state(Placement placement, float[] values, int... sizes) {
        return view(placement, values, GUARD, sizes);
    }

    private static View view(Placement placement, float[] values, float guard, int... sizes) {
        Layout layout = placement.layout(sizes);
        float[] storage = new float[extent(layout) + BEHIND];
        Arrays.fill(storage, guard);
        for (int i = 0; i < layout.shape().elements(); i++) {
            storage[layout.position(i)] = values[i];
        }
        return new View(HostArray.of(storage), layout);
    }

    /** An operand of indices, between numbers that are none. */
    static View indices(Placement placement, int[] values, int... sizes) {
        Layout layout = placement.layout(sizes);
        int[] storage = new int[extent(layout) + BEHIND];
        Arrays.fill(storage, Integer.MIN_VALUE);
        for (int i = 0; i < layout.shape().elements(); i++) {
            storage[layout.position(i)] = values[i];
        }
        return new View(HostArray.of(storage), layout);
    }

    private static View result(Shape shape) {
        float[] values = new float[shape.elements()];
        Arrays.fill(values, Float.NaN);
        return state(Placement.OFFSET, values, shape.sizes());
    }

    private static int extent(Layout layout) {
        int extent = layout.offset();
        for (int i = 0; i < layout.shape().elements(); i++) {
            extent = Math.max(extent, layout.position(i) + 1);
        }
        return extent;
    }

    /** The elements of an F32 view in row-major order, after a look at the guards around them. */
    static float[] guarded(View view) {
        float[] storage = ((HostArray) view.storage()).floats();
        float[] values = new float[view.shape().elements()];
        boolean[] counts = new boolean[storage.length];
        for (int i = 0; i < values.length; i++) {
            int position = view.layout().position(i);
            values[i] = storage[position];
            counts[position] = true;
        }
        for (int position = 0; position < storage.length; position++) {
            assertEquals(true, counts[position] || storage[position] == GUARD, "guard at " + position);
        }
        return values;
    }

    private static HostArray whole(View view) {
        HostArray storage = (HostArray) view.storage();
        return switch (view.dtype()) {
            case F32 -> HostArray.of(storage.floats().clone());
            case I32 -> HostArray.of(storage.ints().clone());
            default -> HostArray.of(storage.longs().clone());
        };
    }

    private static void assertSame(String what, HostArray expected, HostArray actual) {
        switch (expected.dtype()) {
            case F32 -> assertArrayEquals(expected.floats(), actual.floats(), what);
            case I32 -> assertArrayEquals(expected.ints(), actual.ints(), what);
            default -> assertArrayEquals(expected.longs(), actual.longs(), what);
        }
    }

    /** Every element is near, relative to the largest magnitude (at least 1); NaN is expected where it is. */
    static void assertNear(String what, double[] expected, float[] actual) {
        double largest = Arrays.stream(expected)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        assertNear(what, expected, actual, largest);
    }

    /** Every element is near, relative to a magnitude (at least 1): where large terms cancel, to theirs. */
    static void assertNear(String what, double[] expected, float[] actual, double scale) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != actual[i]) {
                assertEquals(expected[i], actual[i], TOLERANCE * Math.max(1, scale), what + "[" + i + "]");
            }
        }
    }

    /** All results are the same bits. */
    void assertSameBits(FusedRun other) {
        assertArrayEquals(outputs, other.outputs, "outputs");
        assertArrayEquals(gradients, other.gradients, "gradients");
    }

    /** Runs of one kernel on pools of 1, 2 and 7 threads have the same bits. */
    static void assertSameBitsForAnyThreads(FusedOp op, View[] inputs, View dOut) {
        for (boolean simd : new boolean[] {true, false}) {
            FusedRun[] runs = Stream.of(1, 2, 7)
                    .map(threads -> {
                        try (WorkerPool pool = new WorkerPool(threads)) {
                            return new FusedRun(kernel(pool, op, simd), inputs, dOut);
                        }
                    })
                    .toArray(FusedRun[]::new);
            runs[0].assertSameBits(runs[1]);
            runs[0].assertSameBits(runs[2]);
        }
    }
}
