package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.model.HstuConfig;
import java.util.Arrays;

/**
 * The losses as a padded implementation has them: P = B*L positions, each with negatives of its own whose embeddings are looked up,
 * and a mask that takes padding out of the means.
 */
final class ArticleHeads implements PeerHeads {
    /** Of a logit that does not count. */
    private static final float EXCLUDED = -1e9f;
    /** The middle of the scale 1..5, to which predicted ratings are added. */
    private static final float MIDDLE = 3;

    private final HstuConfig config;
    private final PaddedBatch batch;
    private final PeerLayers layers;
    private final boolean normalizesTable;
    private final long positions;

    /**
     * The losses on a batch.
     *
     * @param normalizesTable whether negatives are looked up in a table of normalised items, rather than normalised when they were
     *     looked up
     */
    ArticleHeads(HstuConfig config, PaddedBatch batch, PeerLayers layers, boolean normalizesTable) {
        this.config = config;
        this.batch = batch;
        this.layers = layers;
        this.normalizesTable = normalizesTable;
        positions = batch.items().size();
    }

    @Override
    public NDArray drawNegatives(NDManager manager) {
        return manager.randomInteger(1, layers.itemCount() + 1, negativesShape(), DataType.INT64);
    }

    private Shape negativesShape() {
        return new Shape(positions, config.loss().negatives());
    }

    @Override
    public NDArray negatives(int[] packed, NDManager manager) {
        int each = config.loss().negatives();
        long[] padded = new long[(int) positions * each];
        // Padding has negatives too, which must not matter.
        Arrays.fill(padded, 1);
        long[] rows = batch.rows().toLongArray();
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < each; j++) {
                padded[(int) rows[i] * each + j] = packed[i * each + j];
            }
        }
        return manager.create(padded, negativesShape());
    }

    @Override
    public PeerLosses losses(NDArray states, NDArray negatives) {
        NDArray flat = states.reshape(positions, config.width());
        NDArray targets = batch.targets().reshape(positions);
        NDArray valid = batch.targets().neq(0).reshape(positions).toType(DataType.FLOAT32, true);
        NDArray count = valid.sum();
        NDArray items = Libtorch.embedding(targets, layers.items());
        NDArray retrieval = retrieval(flat, items, targets, negatives).mul(valid);
        NDArray rating = rating(flat, items).mul(valid);
        return new PeerLosses(
                retrieval.sum().div(count),
                rating.sum().div(count),
                config.loss().ratingWeight());
    }

    /** Sampled softmax of each position, {@code [P]}. */
    private NDArray retrieval(NDArray states, NDArray items, NDArray targets, NDArray negatives) {
        return Libtorch.function(() -> {
            NDArray query = layers.normalized(states);
            NDArray positive = query.mul(layers.normalized(items)).sum(new int[] {-1}, true);
            // A negative that is the target does not count.
            NDArray isTarget = negatives.eq(targets.expandDims(1));
            NDArray counting = Libtorch.where(isTarget, EXCLUDED, similarities(query, negatives));
            NDArray logits =
                    positive.concat(counting, 1).div((float) config.loss().temperature());
            return logits.logSoftmax(1).get(":, 0").neg();
        });
    }

    /**
     * Cosines with the negatives, {@code [P, K]}. Public implementations normalise what was looked up (facebookresearch's
     * generative-recommenders, LocalNegativesSampler), though there are more negatives in a batch than items in the table.
     */
    private NDArray similarities(NDArray query, NDArray negatives) {
        return Libtorch.function(() -> {
            NDArray embeddings = normalizesTable
                    ? Libtorch.embedding(negatives, layers.normalized(layers.items()))
                    : layers.normalized(Libtorch.embedding(negatives, layers.items()));
            return embeddings.matMul(query.expandDims(2)).squeeze(-1);
        });
    }

    /** Squared error of each position, {@code [P]}. */
    private NDArray rating(NDArray states, NDArray items) {
        NDArray hidden = layers.silu().apply(layers.linear("rating.hidden", states.concat(items, 1)));
        NDArray predicted =
                layers.linear("rating.output", hidden).reshape(positions).add(MIDDLE);
        return predicted.sub(batch.ratings().reshape(positions)).square();
    }
}
