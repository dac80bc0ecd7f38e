package dev.lanner.nn;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;

/** {@code y = x W^T + b}, with W {@code [out, in]} ("weight") and b {@code [out]} ("bias"), as PyTorch lays them out. */
public final class Linear extends Layer {
    private final Tensor weight;
    private final Tensor bias;

    /**
     * A layer with a bias, and PyTorch's default initialisation: both uniform in ±1/sqrt(in).
     *
     * @param in features of the input
     * @param out features of the output
     * @param parameters makes the initial values
     */
    public Linear(int in, int out, ParameterFactory parameters) {
        this(parameters.create(Initializer.fanIn(in), out, in), parameters.create(Initializer.fanIn(in), out));
    }

    /**
     * A layer of given initial values.
     *
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}
     */
    public Linear(Tensor weight, Tensor bias) {
        if (weight.shape().rank() != 2
                || !bias.shape().equals(Shape.of(weight.size(0)))
                || weight.dtype() != bias.dtype()) {
            throw new IllegalArgumentException("linear: weight " + weight + " and bias " + bias + " do not fit");
        }
        this.weight = parameter("weight", weight);
        this.bias = parameter("bias", bias);
    }

    /** x {@code [..., in]} to {@code [..., out]}. */
    @Override
    public Tensor forward(Tensor x) {
        return product(x).add(bias);
    }

    /** {@code silu(forward(x))} of x {@code [N, in]}, {@code [N, out]}, with bias and activation in one pass. */
    public Tensor forwardSilu(Tensor x) {
        return Functional.biasSilu(product(x), bias);
    }

    private Tensor product(Tensor x) {
        return x.matmul(weight.transpose());
    }
}
