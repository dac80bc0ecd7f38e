package dev.lanner.hstu.model;

import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;

/** {@code LN(x)} of the model's width without scale and shift: nothing in it is trained. */
final class Normalization {
    private final Tensor ones;
    private final Tensor zeros;
    private final double epsilon;

    Normalization(HstuConfig config, ParameterFactory parameters) {
        ones = Constants.vector(1, config.width(), parameters);
        zeros = Constants.vector(0, config.width(), parameters);
        epsilon = config.block().epsilon();
    }

    /** x {@code [N, D]} to the same shape. */
    Tensor forward(Tensor x) {
        return Functional.layerNorm(x, ones, zeros, epsilon);
    }
}
