package dev.lanner.tensor;

/** How a gradient passes an operation backwards. What it needs of the forward pass it has captured. */
@FunctionalInterface
interface GradientRule {
    /**
     * Adds to the gradients of the inputs that want one.
     *
     * @param dOut gradient of the result, of its shape
     * @param into where the gradients of the inputs go
     */
    void backward(Tensor dOut, InputGradients into);
}
