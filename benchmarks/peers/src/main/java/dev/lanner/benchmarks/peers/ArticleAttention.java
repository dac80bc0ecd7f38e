package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.model.HstuConfig;
import java.util.List;

/**
 * HSTU attention as the article writes it, an operation for each part of {@code o = (silu(Q K^T + rab) ⊙ mask) V / L}. Positions,
 * time buckets and mask are made of the batch in every step, once for all blocks; the bias is looked up as embeddings of one number.
 */
final class ArticleAttention implements PeerAttention {
    private final HeadSplit heads;
    private final PaddedBatch batch;
    private final ScriptFunction silu;
    private final ScriptFunction bucketize;
    private final NDManager manager;
    private final NDArray boundaries;

    /**
     * Attention over a batch.
     *
     * @param manager owns what is made here
     */
    ArticleAttention(HstuConfig config, PaddedBatch batch, ScriptFunction silu, NDManager manager) {
        heads = new HeadSplit(config.attention().heads());
        this.batch = batch;
        this.silu = silu;
        this.manager = manager;
        bucketize = ScriptFunction.bucketize(manager);
        List<Long> seconds = config.attention().timeBoundaries();
        boundaries = manager.create(seconds.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public Pairs pairs() {
        int length = batch.length();
        NDArray position = manager.arange(0, length, 1, DataType.INT64);
        NDArray query = position.expandDims(1);
        NDArray key = position.expandDims(0);
        return new Pairs(query.sub(key).add(length - 1), buckets(), mask(query, key));
    }

    /** {@code [B, L, L]}, or with a dimension for several heads. */
    private NDArray buckets() {
        return Libtorch.function(() -> {
            NDArray times = batch.times();
            NDArray distances = times.expandDims(2).sub(times.expandDims(1)).abs();
            return bucketize.apply(distances, boundaries).reshape(pairShape());
        });
    }

    /** {@code [B, L, L]}, or with a dimension for several heads: 1 where the key is an event and not after the query. */
    private NDArray mask(NDArray query, NDArray key) {
        return Libtorch.function(() -> {
            NDArray event = batch.items().neq(0).expandDims(1);
            NDArray seen = query.gte(key).expandDims(0).logicalAnd(event);
            return seen.toType(DataType.FLOAT32, true).reshape(pairShape());
        });
    }

    private Shape pairShape() {
        return heads.pairs(batch.sequences(), batch.length());
    }

    @Override
    public NDArray forward(NDArray q, NDArray k, NDArray v, NDArray positionBias, NDArray timeBias, Pairs pairs) {
        return Libtorch.function(() -> {
            NDArray bias = lookUp(pairs.positions(), positionBias).add(lookUp(pairs.buckets(), timeBias));
            NDArray scores = heads.split(q).matMul(heads.transposed(k)).add(bias);
            NDArray weights = silu.apply(scores).mul(pairs.mask());
            return heads.join(weights.matMul(heads.split(v))).div(batch.length());
        });
    }

    /** For each index its entry of a table. */
    private static NDArray lookUp(NDArray indices, NDArray table) {
        return Libtorch.embedding(indices, table.expandDims(1)).squeeze(-1);
    }
}
