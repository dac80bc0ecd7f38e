package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The article's model in libtorch's eager operations, as its readers have it in PyTorch: padded sequences {@code [B, L, ...]},
 * one call of libtorch for each operation. Parameters have Lanner's names and layouts.
 */
final class PeerModel {
    /** Of the cosine similarity. */
    private static final double LEAST_NORM = 1e-6;
    /** Added to a logit that does not count. */
    private static final float EXCLUDED = -1e30f;
    /** The middle of the scale 1..5, to which predicted ratings are added. */
    private static final float MIDDLE = 3;

    private final HstuConfig config;
    private final int itemCount;
    private final SiluFunction silu;
    private final PeerAttention attention;
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();
    private final NDArray excludesNegatives;

    /**
     * A model with the values of another.
     *
     * @param state of a {@link dev.lanner.hstu.model.HstuModel} with this configuration
     * @param manager owns the parameters
     */
    PeerModel(HstuConfig config, Map<String, Tensor> state, SiluFunction silu, NDManager manager) {
        this.config = config;
        this.silu = silu;
        attention = new PeerAttention(config.heads(), silu);
        state.forEach((name, value) -> {
            NDArray parameter = manager.create(value.toFloats(), shape(value));
            parameter.setRequiresGradient(true);
            parameters.put(name, parameter);
        });
        itemCount = state.get("items.weight").size(0) - 1;
        NDArray excludes = manager.full(new Shape(1, config.negatives() + 1), EXCLUDED);
        excludes.set(new NDIndex("0, 0"), 0);
        excludesNegatives = excludes;
    }

    private static Shape shape(Tensor tensor) {
        int[] sizes = tensor.shape().sizes();
        long[] longs = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            longs[i] = sizes[i];
        }
        return new Shape(longs);
    }

    /** The leaves, by Lanner's names. */
    Map<String, NDArray> parameters() {
        return parameters;
    }

    private NDArray parameter(String name) {
        return parameters.get(name);
    }

    /** Uniform negatives, I64 {@code [N, K]}. */
    NDArray negatives(PaddedBatch batch, NDManager manager) {
        return manager.randomInteger(1, itemCount + 1, new Shape(batch.events(), config.negatives()), DataType.INT64);
    }

    /**
     * The losses of a batch, means over its events.
     *
     * <p>The states of the events are gathered before the losses, which spares the heads the padding.
     */
    PeerLosses losses(PaddedBatch batch, NDArray negatives, boolean training) {
        NDArray states = Libtorch.embedding(
                batch.rows(),
                encode(batch, training).reshape((long) batch.sequences() * batch.length(), config.width()));
        return new PeerLosses(retrieval(states, batch, negatives), rating(states, batch), config.ratingWeight());
    }

    private NDArray encode(PaddedBatch batch, boolean training) {
        NDArray items = Libtorch.embedding(batch.items(), parameter("items.weight"));
        NDArray actions = Libtorch.embedding(batch.actions(), parameter("input.actions.weight"));
        NDArray x = linear("input.output", silu.apply(linear("input.joined", items.concat(actions, 2))));
        for (int i = 0; i < config.blocks(); i++) {
            x = block("blocks." + i, x, batch, training);
        }
        return x;
    }

    private NDArray block(String name, NDArray x, PaddedBatch batch, boolean training) {
        NDList kqvu = silu.apply(linear(name + ".input", x)).split(4, 2);
        NDArray aggregated = attention.forward(
                kqvu.get(1),
                kqvu.get(0),
                kqvu.get(2),
                parameter(name + ".position_bias"),
                parameter(name + ".time_bias"),
                batch);
        NDArray normalised = Libtorch.layerNorm(
                aggregated,
                parameter(name + ".norm_weight"),
                parameter(name + ".norm_bias"),
                config.layerNormEpsilon());
        NDArray output = linear(name + ".output", normalised.mul(kqvu.get(3)));
        return Libtorch.dropout(output, config.dropout(), training).add(x);
    }

    private NDArray linear(String name, NDArray x) {
        return Libtorch.linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
    }

    /**
     * Sampled softmax. The similarities with all items by one product, of which target and negatives are gathered, take libtorch
     * half to two thirds of the time that gathering 129 embeddings for each event takes, {@code [N, 129, D]}.
     */
    private NDArray retrieval(NDArray states, PaddedBatch batch, NDArray negatives) {
        NDArray scaled = Libtorch.normalize(states, LEAST_NORM).mul((float) (1 / config.temperature()));
        NDArray table = Libtorch.normalize(parameter("items.weight"), LEAST_NORM);
        NDArray candidates = batch.targets().concat(negatives, 1);
        NDArray logits;
        try (NDArray all = scaled.matMul(table.transpose())) {
            logits = all.gather(candidates, 1);
        }
        // A negative that is the target does not count.
        logits.addi(
                candidates.eq(batch.targets()).toType(DataType.FLOAT32, false).mul(excludesNegatives));
        return logits.logSoftmax(1).get(":, 0").mean().neg();
    }

    private NDArray rating(NDArray states, PaddedBatch batch) {
        NDArray items = Libtorch.embedding(batch.targets().reshape(batch.events()), parameter("items.weight"));
        NDArray hidden = silu.apply(linear("rating.hidden", states.concat(items, 1)));
        NDArray predicted =
                linear("rating.output", hidden).reshape(batch.events()).add(MIDDLE);
        return predicted.sub(batch.ratings()).square().mean();
    }
}
