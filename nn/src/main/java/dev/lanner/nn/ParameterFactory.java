package dev.lanner.nn;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * Makes the initial values of a model's parameters, all of one dtype, each from a stream of random numbers of its own. It hands out
 * further streams to whatever else of the model draws, such as dropout.
 */
public final class ParameterFactory {
    private final long seed;
    private final DType dtype;
    private int next;

    /** F32 parameters from a seed. */
    public ParameterFactory(long seed) {
        this(seed, DType.F32);
    }

    /** Parameters of a floating point dtype from a seed; F64 is for gradient checks. */
    public ParameterFactory(long seed, DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("parameters: need a floating point dtype, found " + dtype);
        }
        this.seed = seed;
        this.dtype = dtype;
    }

    /** Draws initial values of a shape. */
    public Tensor create(Initializer initializer, int... sizes) {
        return initializer.draw(nextKey(), dtype, Shape.of(sizes));
    }

    /** The next stream, at step 0. */
    public RandomKey nextKey() {
        return new RandomKey(seed, 0, next++);
    }
}
