package dev.lanner.hstu.model;

import dev.lanner.nn.Initializer;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;

/** What a model computes with and does not train. It lies outside all scopes: nobody could keep what is no parameter. */
final class Constants {
    private Constants() {}

    /**
     * A vector of equal numbers.
     *
     * @param parameters whose dtype it has, and a stream of which it takes up, as a parameter in its place would
     */
    static Tensor vector(double value, int size, ParameterFactory parameters) {
        return Scope.outside(() -> parameters.create(Initializer.constant(value), size));
    }
}
