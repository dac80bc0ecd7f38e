package dev.lanner.nn;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/** Draws initial values of parameters. */
@FunctionalInterface
public interface Initializer {
    /** Initial values of a shape from a stream of random numbers. */
    Tensor draw(RandomKey key, DType dtype, Shape shape);

    /** One value everywhere. */
    static Initializer constant(double value) {
        return (key, dtype, shape) -> Tensor.full(dtype, shape, value);
    }

    /** Normal with mean 0. */
    static Initializer normal(double std) {
        return (key, dtype, shape) -> Tensor.normal(key, 0, std, dtype, shape);
    }

    /** Normal with mean 0, within two standard deviations. */
    static Initializer truncatedNormal(double std) {
        return (key, dtype, shape) -> Tensor.truncatedNormal(key, 0, std, dtype, shape);
    }

    /** Uniform in ±limit. */
    static Initializer uniform(double limit) {
        return (key, dtype, shape) -> Tensor.uniform(key, -limit, limit, dtype, shape);
    }

    /** Uniform in ±1/sqrt(fanIn): PyTorch's default for the weight and the bias of a linear layer. */
    static Initializer fanIn(int fanIn) {
        return uniform(1 / Math.sqrt(fanIn));
    }

    /** Glorot and Bengio's uniform initialisation of a weight {@code [out, in]}: ±gain sqrt(6 / (in + out)). */
    static Initializer xavierUniform(double gain) {
        return (key, dtype, shape) ->
                uniform(gain * Math.sqrt(6.0 / (shape.size(0) + shape.size(1)))).draw(key, dtype, shape);
    }

    /** Glorot and Bengio's normal initialisation of a weight {@code [out, in]}: std gain sqrt(2 / (in + out)). */
    static Initializer xavierNormal(double gain) {
        return (key, dtype, shape) ->
                normal(gain * Math.sqrt(2.0 / (shape.size(0) + shape.size(1)))).draw(key, dtype, shape);
    }
}
