package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * How a block with a residual connection ends: {@code dropout(x W^T + b) + residual}. Inputs: x {@code [N, K]}, W {@code [M, K]}, b
 * {@code [M]}, residual {@code [N, M]}; output {@code [N, M]}.
 *
 * @param dropout what becomes of the product; its probability is 0 where nothing is dropped
 */
public record LinearDropoutAdd(Dropout dropout) implements FusedOp {
    private static final int RESIDUAL = 3;

    /**
     * An operation with the attributes of its dropout.
     *
     * @param probability of an element to be dropped, in [0, 1)
     * @param key the stream of the mask
     */
    public LinearDropoutAdd(double probability, RandomKey key) {
        this(new Dropout(probability, key));
    }

    @Override
    public String name() {
        return "linearDropoutAdd";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Shape product = Linear.shape(name(), inputs);
        Operands.shape(name(), "residual", inputs[RESIDUAL], product.sizes());
        return new Shape[] {product};
    }

    @Override
    public boolean isAdded(int input) {
        return input == RESIDUAL;
    }

    @Override
    public LinearDropoutAdd at(int step) {
        Dropout other = dropout.at(step);
        return other.equals(dropout) ? this : new LinearDropoutAdd(other);
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        return new Tensor[] {dropout.reference(Linear.product(inputs))[0].add(inputs[RESIDUAL])};
    }
}
