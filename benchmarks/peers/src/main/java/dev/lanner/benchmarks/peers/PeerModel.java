package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.Tensor;
import java.util.Map;

/**
 * The article's model in libtorch's eager operations, as its readers have it in PyTorch: padded sequences {@code [B, L, ...]},
 * one call of libtorch for each operation. How attention and losses are written is a choice.
 */
final class PeerModel {
    private final HstuConfig config;
    private final PeerLayers layers;
    private final PeerAttention attention;
    private final PeerHeads heads;
    private final PaddedBatch batch;

    /**
     * A model with the values of another, on a batch.
     *
     * @param state of a {@link dev.lanner.hstu.model.HstuModel} with this configuration
     * @param manager owns the parameters and the batch
     */
    PeerModel(
            Written written,
            HstuConfig config,
            Map<String, Tensor> state,
            JaggedBatch batch,
            ScriptFunction silu,
            NDManager manager) {
        this.config = config;
        this.batch = PaddedBatch.of(batch, config.maxLength(), manager);
        layers = PeerLayers.of(state, silu, manager);
        attention = written.attention(config, batch, silu, manager);
        heads = written.heads(config, batch, layers, manager);
    }

    /** The leaves, by Lanner's names. */
    Map<String, NDArray> parameters() {
        return layers.parameters();
    }

    /** How the negatives come and the losses are taken. */
    PeerHeads heads() {
        return heads;
    }

    /**
     * The losses of the batch, means over its events.
     *
     * @param negatives from {@link #heads}
     */
    PeerLosses losses(NDArray negatives, boolean training) {
        return heads.losses(encode(training), negatives);
    }

    private NDArray encode(boolean training) {
        PeerAttention.Pairs pairs = attention.pairs();
        NDArray items = Libtorch.embedding(batch.items(), layers.items());
        NDArray actions = Libtorch.embedding(batch.actions(), layers.parameter("input.actions.weight"));
        NDArray x = layers.linear("input.output", silu(layers.linear("input.joined", items.concat(actions, 2))));
        for (int i = 0; i < config.blocks(); i++) {
            x = block("blocks." + i, x, pairs, training);
        }
        return x;
    }

    private NDArray silu(NDArray x) {
        return layers.silu().apply(x);
    }

    private NDArray block(String name, NDArray x, PeerAttention.Pairs pairs, boolean training) {
        NDList kqvu = silu(layers.linear(name + ".input", x)).split(4, 2);
        NDArray aggregated = attention.forward(
                kqvu.get(1),
                kqvu.get(0),
                kqvu.get(2),
                layers.parameter(name + ".position_bias"),
                layers.parameter(name + ".time_bias"),
                pairs);
        NDArray normalised = Libtorch.layerNorm(
                aggregated,
                layers.parameter(name + ".norm_weight"),
                layers.parameter(name + ".norm_bias"),
                config.block().epsilon());
        NDArray output = layers.linear(name + ".output", normalised.mul(kqvu.get(3)));
        return Libtorch.dropout(output, config.dropout(), training).add(x);
    }
}
