package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Arrays;

/** One call of a fused operation, forward and backward: by the backend's kernel, through tensors, and by its reference in F64. */
final class FusedTrial {
    private final Harness harness;
    private final FusedOp op;
    private final Operand[] inputs;
    private final Shape[] shapes;
    private final HostArray dOut;
    private final double termOfResult;
    private final double termOfGradient;

    /**
     * Chooses a gradient of the result, of magnitude 1. Where the terms of a result cancel, what is left is no measure of the
     * error: it is relative to the magnitude of the terms.
     *
     * @param samples what the gradient is drawn from
     * @param termOfResult typical magnitude of a term of the result
     * @param termOfGradient typical magnitude of a term of the inputs' gradients
     */
    FusedTrial(
            Harness harness,
            FusedOp op,
            Samples samples,
            double termOfResult,
            double termOfGradient,
            Operand... inputs) {
        this.harness = harness;
        this.op = op;
        this.inputs = inputs;
        this.termOfResult = termOfResult;
        this.termOfGradient = termOfGradient;
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            this.shapes = op.outputShapes(tensors(DType.F64));
        }
        this.dOut = samples.floating(DType.F32, shapes[0].elements(), -1, 1);
    }

    /** The result and, in the order of the inputs, the gradients of the floating point ones. */
    void check() {
        HostArray[] expected = onTensors(new ReferenceBackend(), DType.F64);
        String what = op + " of " + Arrays.toString(inputs);
        HostArray[] throughTensors = onTensors(harness.backend(), DType.F32);
        assertClose(what + " through tensors", throughTensors, expected);
        if (harness.backend().kernel(op).isEmpty()) {
            return;
        }
        HostArray[] actual = onKernel(-1);
        assertClose(what, actual, expected);
        assertSameBits(what + " run twice", actual, onKernel(-1));
        for (int input = 0; input < inputs.length && actual.length > 1; input++) {
            if (inputs[input].dtype().isFloating()) {
                HostArray[] right = {expected[0], expected[1 + floatingBefore(input)]};
                assertClose(what + ", only gradient " + input, onKernel(input), right);
            }
        }
    }

    private void assertClose(String what, HostArray[] actual, HostArray[] expected) {
        Outcome outcome = new Outcome(what + " (output 0: result, from 1 on: gradients)", actual, expected);
        outcome.assertCloseInNorm(0, termOfResult, harness.fused());
        for (int i = 1; i < actual.length; i++) {
            outcome.assertCloseInNorm(i, termOfGradient, harness.fused());
        }
    }

    private int floatingBefore(int input) {
        int count = 0;
        for (int i = 0; i < input; i++) {
            count += inputs[i].dtype().isFloating() ? 1 : 0;
        }
        return count;
    }

    static void assertSameBits(String what, HostArray[] a, HostArray[] b) {
        for (int i = 0; i < a.length; i++) {
            assertTrue(Arrays.equals(a[i].floats(), b[i].floats()), what + ": other bits in result " + i);
        }
    }

    /**
     * The kernel's result and, if it has them, gradients.
     *
     * @param only the one input whose gradient is asked for, or -1 for all that can have one
     */
    HostArray[] onKernel(int only) {
        FusedKernel kernel = harness.backend().kernel(op).orElseThrow();
        Storage[] storages = harness.upload(inputs);
        View[] operands = Harness.views(inputs, storages);
        Shape[] saved = kernel.saved(operands);
        Operand[] outputs = new Operand[shapes.length + saved.length];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = output(i < shapes.length ? shapes[i] : saved[i - shapes.length]);
        }
        Operand[] gradients = new Operand[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            // A gradient may be a part of a larger one.
            gradients[i] = isWanted(i, only) && !op.isAdded(i)
                    ? Operand.out(DType.F32, inputs[i].shape(), Arrangement.OFFSET)
                    : null;
        }
        Storage[] written = harness.upload(outputs);
        kernel.forward(operands, Harness.views(outputs, written));
        Operand upstream = Operand.in(dOut, shapes[0], Arrangement.OFFSET);
        Storage[] upstreams = harness.upload(upstream);
        View[] dInputs = new View[inputs.length];
        Storage[][] received = new Storage[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            if (gradients[i] != null) {
                received[i] = harness.upload(gradients[i]);
                dInputs[i] = new View(received[i][0], gradients[i].layout());
            }
        }
        View dView = new View(upstreams[0], upstream.layout());
        if (kernel.hasGradient()) {
            kernel.backward(operands, Harness.views(outputs, written), dView, dInputs);
        }
        harness.backend().synchronize();
        for (int i = 0; i < inputs.length; i++) {
            assertTrue(
                    inputs[i].isUnchanged(harness.download(inputs[i], storages[i])),
                    op + ": input " + i + " was changed");
        }
        HostArray[] results = new HostArray[inputs.length + 1];
        results[0] = harness.guarded(op.name(), outputs[0], written[0]);
        for (int i = 1; i < outputs.length; i++) {
            harness.guarded(op + ", saved " + i, outputs[i], written[i]);
        }
        int count = 1;
        for (int i = 0; i < inputs.length; i++) {
            if (gradients[i] != null) {
                if (kernel.hasGradient()) {
                    results[count++] = harness.guarded(op + ", gradient " + i, gradients[i], received[i][0]);
                }
                harness.release(received[i]);
            } else if (isWanted(i, only)) {
                results[count++] = dOut;
            }
        }
        harness.release(storages);
        harness.release(written);
        harness.release(upstreams);
        return Arrays.copyOf(results, count);
    }

    private boolean isWanted(int input, int only) {
        return inputs[input].dtype().isFloating() && (only < 0 || only == input);
    }

    private static Operand output(Shape shape) {
        return Operand.out(DType.F32, shape, Arrangement.CONTIGUOUS);
    }

    /** The result and gradients by the operation's reference, or on a backend that has it by the kernel. */
    private HostArray[] onTensors(Backend on, DType dtype) {
        try (Backends.Use use = Backends.use(on);
                Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            Tensor[] leaves = tensors(dtype);
            for (int i = 0; i < leaves.length; i++) {
                leaves[i] = leaves[i].dtype().isFloating() ? leaves[i].requireGradient() : leaves[i];
            }
            Tensor out = Fused.apply(op, leaves);
            Gradients gradients = new Gradients();
            // A batch without rows depends on nothing.
            if (out.requiresGradient()) {
                tape.backward(out, tensor(dOut, dtype, shapes[0]), gradients);
            }
            HostArray[] results = new HostArray[leaves.length + 1];
            results[0] = host(out);
            int count = 1;
            for (Tensor leaf : leaves) {
                if (leaf.requiresGradient()) {
                    results[count++] = gradients
                            .find(leaf)
                            .map(FusedTrial::host)
                            .orElse(HostArray.allocate(dtype, leaf.shape().elements()));
                }
            }
            return Arrays.copyOf(results, count);
        }
    }

    private Tensor[] tensors(DType dtype) {
        return Arrays.stream(inputs)
                .map(input -> tensor(input.values(), dtype, input.shape()))
                .toArray(Tensor[]::new);
    }

    /** A tensor on the current backend, floating point ones of the dtype asked for. */
    static Tensor tensor(HostArray values, DType dtype, Shape shape) {
        int[] sizes = shape.sizes();
        return switch (values.dtype()) {
            case F32 ->
                dtype == DType.F32 ? Tensor.of(values.floats(), sizes) : Tensor.of(doubles(values.floats()), sizes);
            case F64 -> Tensor.of(values.doubles(), sizes);
            case I32 -> Tensor.of(values.ints(), sizes);
            case I64 -> Tensor.of(values.longs(), sizes);
        };
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /** The elements of a floating point tensor. */
    static HostArray host(Tensor tensor) {
        return tensor.dtype() == DType.F64 ? HostArray.of(tensor.toDoubles()) : HostArray.of(tensor.toFloats());
    }
}
