package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** Runs fused operations: on the backend's kernel where it has one, else by their reference. */
public final class Fused {
    private Fused() {}

    /** The backend's kernel of an operation, or where it has none, one that runs the reference. */
    public static FusedKernel kernel(Backend backend, FusedOp op) {
        Optional<FusedKernel> found = backend.kernel(op);
        return found.isPresent() ? found.get() : new ReferenceKernel(backend, op);
    }

    /** Whether an operation runs as a whole, and is recorded so, or else as the plain operations of its reference. */
    static boolean isOneLaunch(Backend backend, FusedOp op) {
        return op.readsValues() || backend.kernel(op).isPresent();
    }

    /**
     * Runs a fused operation.
     *
     * @return its first output, through which gradients flow
     * @throws ShapeException if the operands do not fit
     */
    public static Tensor apply(FusedOp op, Tensor... inputs) {
        Shape[] shapes = check(op, inputs);
        Backend backend = inputs[0].backend();
        Optional<FusedKernel> found = backend.kernel(op);
        boolean runsAsOne =
                found.isPresent() ? !Tape.records(inputs) || found.get().hasGradient() : op.readsValues();
        if (!runsAsOne) {
            // The constants that a reference makes must land where its inputs are.
            try (Backends.Use use = Backends.use(backend)) {
                return op.reference(inputs)[0];
            }
        }
        FusedKernel kernel = found.orElseGet(() -> new ReferenceKernel(backend, op));
        View[] operands = views(inputs);
        Shape[] saved = kernel.saved(operands);
        Tensor[] outputs = new Tensor[shapes.length + saved.length];
        for (int i = 0; i < outputs.length; i++) {
            Shape shape = i < shapes.length ? shapes[i] : saved[i - shapes.length];
            outputs[i] = Creation.allocate(backend, inputs[0].dtype(), shape);
        }
        kernel.forward(operands, views(outputs));
        return Tape.record(
                op.name(),
                outputs[0],
                (dOut, into) -> {
                    Tensor[] wanted = new Tensor[inputs.length];
                    View[] dInputs = new View[inputs.length];
                    for (int i = 0; i < inputs.length; i++) {
                        if (into.wants(i) && !op.isAdded(i)) {
                            wanted[i] = into.target(i);
                            dInputs[i] = wanted[i].view();
                        }
                    }
                    if (Arrays.stream(dInputs).anyMatch(Objects::nonNull)) {
                        // Asked for again: what was released since must not be read.
                        kernel.backward(
                                views(inputs), views(outputs), dOut.contiguous().view(), dInputs);
                    }
                    for (int i = 0; i < inputs.length; i++) {
                        if (wanted[i] != null) {
                            into.addOwned(i, wanted[i]);
                        } else if (into.wants(i)) {
                            into.add(i, dOut);
                        }
                    }
                },
                inputs);
    }

    /**
     * Runs a fused operation that writes its outputs over existing tensors, such as an optimiser's state; nothing is recorded.
     *
     * @param state contiguous tensors to overwrite, one for each output; they may be inputs too
     * @throws ShapeException if operands or state do not fit
     */
    public static void update(FusedOp op, Tensor[] state, Tensor... inputs) {
        Shape[] shapes = check(op, inputs);
        for (int i = 0; i < state.length; i++) {
            Elementwise.sameBackend(op.name(), inputs[0], state[i]);
            if (!state[i].shape().equals(shapes[i]) || !state[i].view().layout().isContiguous()) {
                throw new ShapeException(
                        op.name() + ": output " + i + " needs a contiguous " + shapes[i] + " (state=" + state[i] + ")");
            }
        }
        Optional<FusedKernel> kernel = inputs[0].backend().kernel(op);
        if (kernel.isPresent()) {
            kernel.get().forward(views(inputs), views(state));
            return;
        }
        try (Backends.Use use = Backends.use(inputs[0].backend());
                Scope scope = Scope.open()) {
            Tensor[] results =
                    op.reference(Arrays.stream(inputs).map(Tensor::detach).toArray(Tensor[]::new));
            for (int i = 0; i < state.length; i++) {
                state[i].assign(results[i]);
            }
        }
    }

    private static Shape[] check(FusedOp op, Tensor... inputs) {
        for (int i = 0; i < inputs.length; i++) {
            Elementwise.sameBackend(op.name(), inputs[0], inputs[i]);
            if (op.isInteger(i)) {
                continue;
            }
            if (!inputs[i].dtype().isFloating()) {
                throw new ShapeException(op.name() + ": operand " + i + " must be floating point, found " + inputs[i]);
            }
            if (inputs[i].dtype() != inputs[0].dtype()) {
                throw new ShapeException(op.name() + ": dtypes differ, " + inputs[0] + " vs " + inputs[i]);
            }
        }
        return op.outputShapes(inputs);
    }

    private static View[] views(Tensor... tensors) {
        return Arrays.stream(tensors).map(Tensor::view).toArray(View[]::new);
    }
}
