package dev.lanner.tensor.backend;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;

/** A backend's own implementation of a fused operation, forward and backward. Operands were validated by the operation's shape rule. */
public interface FusedKernel {
    /**
     * Shapes of what the forward pass keeps for the backward pass besides the outputs, in the dtype of the first input.
     *
     * @param inputs the operands of the forward pass
     */
    default Shape[] saved(View[] inputs) {
        return new Shape[0];
    }

    /**
     * Computes the operation.
     *
     * @param inputs the operands
     * @param outputs contiguous views to write: the results (which, for an update in place, are the state's own views), then what
     *     {@link #saved} asked for
     */
    void forward(View[] inputs, View[] outputs);

    /**
     * Whether {@link #backward} is there. One that is meant for serving may do without: where a gradient is wanted, the operation's
     * reference runs instead of it.
     */
    default boolean hasGradient() {
        return true;
    }

    /**
     * Computes the gradients of the inputs.
     *
     * @param inputs the operands of the forward pass, unchanged
     * @param outputs what the forward pass wrote
     * @param dOut gradient of {@code outputs[0]}
     * @param dInputs contiguous views, at any offset, to overwrite; null where the gradient is not wanted, or is dOut
     *     itself ({@link FusedOp#isAdded})
     */
    void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs);
}
