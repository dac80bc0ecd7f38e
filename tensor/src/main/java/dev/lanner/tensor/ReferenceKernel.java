package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import java.util.Optional;

/** Runs a fused operation by its reference where a kernel is needed; the backward pass computes the forward pass again. */
final class ReferenceKernel implements FusedKernel {
    private final Backend backend;
    private final FusedOp op;

    ReferenceKernel(Backend backend, FusedOp op) {
        this.backend = backend;
        this.op = op;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        try (Backends.Use use = Backends.use(backend);
                Scope scope = Scope.open()) {
            Tensor[] results = op.reference(tensors(inputs));
            for (int i = 0; i < outputs.length; i++) {
                backend.copy(results[i].view(), outputs[i]);
            }
        }
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        try (Backends.Use use = Backends.use(backend);
                Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            Tensor[] operands = tensors(inputs);
            for (int i = 0; i < operands.length; i++) {
                if (dInputs[i] != null) {
                    operands[i] = operands[i].requireGradient();
                }
            }
            Tensor result = op.reference(operands)[0];
            Gradients gradients = new Gradients();
            if (result.requiresGradient()) {
                tape.backward(result, new Tensor(backend, dOut, false), gradients);
            }
            for (int i = 0; i < operands.length; i++) {
                if (dInputs[i] != null) {
                    write(gradients.find(operands[i]), dInputs[i]);
                }
            }
        }
    }

    private void write(Optional<Tensor> gradient, View out) {
        if (gradient.isPresent()) {
            backend.copy(gradient.get().view(), out);
        } else {
            backend.fill(0, out);
        }
    }

    private Tensor[] tensors(View... views) {
        Tensor[] tensors = new Tensor[views.length];
        for (int i = 0; i < views.length; i++) {
            tensors[i] = new Tensor(backend, views[i], false);
        }
        return tensors;
    }
}
