package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDManager;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the peer is written. All ways are eager and compute the same. */
enum Written {
    /** As the article writes it: an operation for each part of its equations, over the padded batch. */
    ARTICLE {
        @Override
        PeerAttention attention(HstuConfig config, JaggedBatch batch, ScriptFunction silu, NDManager manager) {
            return new ArticleAttention(config, PaddedBatch.of(batch, config.maxLength(), manager), silu, manager);
        }

        @Override
        PeerHeads heads(HstuConfig config, JaggedBatch batch, PeerLayers layers, NDManager manager) {
            return new ArticleHeads(config, PaddedBatch.of(batch, config.maxLength(), manager), layers, false);
        }
    },
    /** As {@link #ARTICLE}, but negatives are looked up in a table of normalised items. */
    TABLE {
        @Override
        PeerAttention attention(HstuConfig config, JaggedBatch batch, ScriptFunction silu, NDManager manager) {
            return ARTICLE.attention(config, batch, silu, manager);
        }

        @Override
        PeerHeads heads(HstuConfig config, JaggedBatch batch, PeerLayers layers, NDManager manager) {
            return new ArticleHeads(config, PaddedBatch.of(batch, config.maxLength(), manager), layers, true);
        }
    },
    /** As fast as eager operations were made to be, by means that take a profiler to find. */
    TUNED {
        @Override
        PeerAttention attention(HstuConfig config, JaggedBatch batch, ScriptFunction silu, NDManager manager) {
            return new TunedAttention(config, batch, silu, manager);
        }

        @Override
        PeerHeads heads(HstuConfig config, JaggedBatch batch, PeerLayers layers, NDManager manager) {
            return new TunedHeads(config, batch, layers, manager);
        }
    };

    /** The attention of a model over a batch. */
    abstract PeerAttention attention(HstuConfig config, JaggedBatch batch, ScriptFunction silu, NDManager manager);

    /** The losses of a model on a batch. */
    abstract PeerHeads heads(HstuConfig config, JaggedBatch batch, PeerLayers layers, NDManager manager);

    /** In options and reports. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All labels. */
    static List<String> labels() {
        return Arrays.stream(values()).map(Written::label).toList();
    }

    /** The way with this label. */
    static Optional<Written> of(String label) {
        return Arrays.stream(values())
                .filter(written -> written.label().equals(label))
                .findFirst();
    }
}
