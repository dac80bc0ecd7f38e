package dev.lanner.nn;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;

/** {@code y = x W^T + b}, with W {@code [out, in]} ("weight") and b {@code [out]} ("bias"), as PyTorch lays them out. */
public final class Linear extends Layer {
    private final Tensor weight;
    /** A parameter, or zeros in a layer without a bias, which lie outside all scopes: nobody could keep them. */
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

    private Linear(Tensor weight) {
        if (weight.shape().rank() != 2) {
            throw new IllegalArgumentException("linear: a weight must be [out, in], found " + weight);
        }
        this.weight = parameter("weight", weight);
        this.bias = Scope.outside(() -> Tensor.zeros(weight.dtype(), Shape.of(weight.size(0))));
    }

    /**
     * A layer without a bias, {@code y = x W^T}.
     *
     * @param weight {@code [out, in]}
     */
    public static Linear withoutBias(Tensor weight) {
        return new Linear(weight);
    }

    /** x {@code [..., in]} to {@code [..., out]}. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.linear(x, weight, bias);
    }

    /** {@code silu(forward(x))} in one pass: x {@code [..., in]} to {@code [..., out]}. */
    public Tensor forwardSilu(Tensor x) {
        return Functional.linearSilu(x, weight, bias);
    }

    /**
     * {@code silu(forward(x))} cut into parts of equal width, each with adjacent rows: see {@link LinearSilu}.
     *
     * @param x {@code [N, in]}
     * @param parts a divisor of out
     * @return {@code [N, out / parts]} for each part
     */
    public Tensor[] forwardSilu(Tensor x, int parts) {
        return Fused.apply(new LinearSilu(parts), x, weight, bias).unbind(0);
    }

    /**
     * {@code dropout(forward(x)) + residual} in one pass.
     *
     * @param x {@code [N, in]}
     * @param residual {@code [N, out]}
     * @return {@code [N, out]}
     */
    public Tensor forwardDropoutAdd(Tensor x, Dropout dropout, Tensor residual) {
        return Fused.apply(new LinearDropoutAdd(dropout.operation()), x, weight, bias, residual);
    }
}
