package dev.lanner.nn;

import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;

/** Layer normalisation of the last axis with a trained scale ("weight", ones at first) and shift ("bias", zeros at first). */
public final class LayerNorm extends Layer {
    /** PyTorch's default. */
    public static final double DEFAULT_EPSILON = 1e-5;

    private final Tensor weight;
    private final Tensor bias;
    private final double epsilon;

    /**
     * A layer for a width.
     *
     * @param width D
     * @param epsilon added to the variance
     * @param parameters makes the initial values
     */
    public LayerNorm(int width, double epsilon, ParameterFactory parameters) {
        this.weight = parameter("weight", parameters.create(Initializer.constant(1), width));
        this.bias = parameter("bias", parameters.create(Initializer.constant(0), width));
        this.epsilon = epsilon;
    }

    /** x {@code [..., D]} to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.layerNorm(x, weight, bias, epsilon);
    }
}
