package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lanner.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parameters of a peer model and the layers that are the same however it is written.
 *
 * @param parameters the leaves, by Lanner's names and in its layouts
 */
record PeerLayers(Map<String, NDArray> parameters, ScriptFunction silu) {
    /** Of the cosine similarity. */
    private static final double LEAST_NORM = 1e-6;

    /**
     * Those with the values of another model.
     *
     * @param state of a {@link dev.lanner.hstu.model.HstuModel}
     * @param manager owns the parameters
     */
    static PeerLayers of(Map<String, Tensor> state, ScriptFunction silu, NDManager manager) {
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        state.forEach((name, value) -> {
            NDArray parameter = manager.create(value.toFloats(), shape(value));
            parameter.setRequiresGradient(true);
            parameters.put(name, parameter);
        });
        return new PeerLayers(parameters, silu);
    }

    private static Shape shape(Tensor tensor) {
        int[] sizes = tensor.shape().sizes();
        long[] longs = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            longs[i] = sizes[i];
        }
        return new Shape(longs);
    }

    /** The parameter of this name. */
    NDArray parameter(String name) {
        return parameters.get(name);
    }

    /** The item table, {@code [V+1, D]}. */
    NDArray items() {
        return parameter("items.weight");
    }

    /** V. */
    long itemCount() {
        return items().getShape().get(0) - 1;
    }

    /** The linear layer of this name. */
    NDArray linear(String name, NDArray x) {
        return Libtorch.linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
    }

    /** Rows of length 1. */
    NDArray normalized(NDArray x) {
        return Libtorch.normalize(x, LEAST_NORM);
    }
}
