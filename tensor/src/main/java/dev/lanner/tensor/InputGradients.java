package dev.lanner.tensor;

/** The gradients of one operation's inputs, as its {@link GradientRule} sees them. */
final class InputGradients {
    /** Writes {@code out = .. + beta * out}. */
    interface Accumulation {
        void into(Tensor out, double beta);
    }

    private final Gradients gradients;
    private final Tensor[] inputs;

    InputGradients(Gradients gradients, Tensor[] inputs) {
        this.gradients = gradients;
        this.inputs = inputs;
    }

    /** Whether anybody needs the gradient of this input; what nobody needs is not computed. */
    boolean wants(int input) {
        return inputs[input].requiresGradient();
    }

    /** Adds a gradient, of the input's shape. It may share storage with others: it is never written to. */
    void add(int input, Tensor gradient) {
        gradients.add(inputs[input], gradient);
    }

    /** Where to write the gradient of an input before it is handed to {@link #addOwned}; contents undefined. */
    Tensor target(int input) {
        return gradients.target(inputs[input]);
    }

    /** Adds a gradient that nobody else holds: later ones may be added to it in place. */
    void addOwned(int input, Tensor gradient) {
        gradients.add(inputs[input], gradient, true);
    }

    /** Takes out the gradient of another result, all of whose uses were differentiated; null if it has none. */
    Tensor take(Tensor result) {
        return gradients.remove(result);
    }

    /** Adds a gradient by a computation that can itself accumulate (beta 1), so that no temporary is made. */
    void accumulate(int input, Accumulation accumulation) {
        gradients.accumulate(inputs[input], accumulation);
    }

    /** The input's gradient so far as a contiguous buffer to add to: zeros at first. */
    Tensor buffer(int input) {
        return gradients.buffer(inputs[input]);
    }
}
