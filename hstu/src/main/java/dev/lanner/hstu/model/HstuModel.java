package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.nn.Embedding;
import dev.lanner.nn.Initializer;
import dev.lanner.nn.Module;
import dev.lanner.nn.ModuleList;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import java.util.ArrayList;
import java.util.List;

/**
 * The sequential recommender: item and action embeddings, HSTU blocks, a retrieval head (cosine similarity with the item
 * embeddings, trained by sampled softmax) and a rating head.
 */
public final class HstuModel extends Module {
    private final HstuConfig config;
    private final int itemCount;
    private final Embedding items;
    private final FusedInput input;
    private final ModuleList<HstuBlock> blocks = new ModuleList<>();
    private final RatingHead rating;
    private final RandomKey negativeKey;

    /**
     * A model with initial values drawn from a seed, F32.
     *
     * @param itemCount V; items are 1..V, 0 is padding
     */
    public HstuModel(HstuConfig config, int itemCount, long seed) {
        this(config, itemCount, new ParameterFactory(seed));
    }

    /**
     * A model whose initial values a factory makes.
     *
     * @param itemCount V; items are 1..V, 0 is padding
     */
    public HstuModel(HstuConfig config, int itemCount, ParameterFactory parameters) {
        if (itemCount < 1) {
            throw new IllegalArgumentException("model: needs at least one item, found " + itemCount);
        }
        this.config = config;
        this.itemCount = itemCount;
        items = child(
                "items",
                new Embedding(parameters.create(Initializer.normal(config.itemStd()), itemCount + 1, config.width())));
        input = child("input", new FusedInput(config, items, parameters));
        child("blocks", blocks);
        for (int i = 0; i < config.blocks(); i++) {
            blocks.add(new HstuBlock(config, parameters));
        }
        rating = child("rating", new RatingHead(config, parameters));
        negativeKey = parameters.nextKey();
    }

    /** The settings it was made with. */
    public HstuConfig config() {
        return config;
    }

    /** V, the number of items. */
    public int itemCount() {
        return itemCount;
    }

    /** The blocks in their order. */
    public List<HstuBlock> blocks() {
        List<HstuBlock> all = new ArrayList<>();
        blocks.forEach(all::add);
        return all;
    }

    /** The item embeddings, {@code [V+1, D]}; row 0 is padding. */
    public Tensor itemEmbeddings() {
        return items.weight();
    }

    /**
     * What the first block takes.
     *
     * @param ids I32 {@code [N]}, items 1..V
     * @param actions I32 {@code [N]}, 1..3, or 0 for an item that nothing was done with yet, a candidate
     * @return {@code [N, D]}
     */
    public Tensor tokens(Tensor ids, Tensor actions) {
        return input.forward(ids, actions);
    }

    /**
     * The state after each event, which knows that event and those before it.
     *
     * @return {@code [N, D]}
     */
    public Tensor encode(Sequences sequences) {
        Tensor x = tokens(sequences.items(), sequences.actions());
        for (HstuBlock block : blocks) {
            x = block.forward(x, sequences);
        }
        return x;
    }

    /**
     * The states after each event, and those that the event's target is rated from.
     *
     * @param targets I32 {@code [N]}, the item to rate behind each event, 0 for none
     * @param targetTimes I64 {@code [N]}, when that is, seconds; read only if the rating is target-aware
     */
    public Encoded encode(Sequences sequences, Tensor targets, Tensor targetTimes) {
        if (!config.ratingTargetAware()) {
            Tensor states = encode(sequences);
            return new Encoded(states, states);
        }
        Tensor x = tokens(sequences.items(), sequences.actions());
        Tensor candidates = tokens(targets, Tensor.zeros(DType.I32, targets.shape()));
        for (HstuBlock block : blocks) {
            Projections events = block.project(x);
            // Dropout's mask of a row is that of the event in it.
            candidates = block.forwardTargets(candidates, block.project(candidates), events, sequences, targetTimes);
            x = block.forward(x, events, sequences);
        }
        return new Encoded(x, candidates);
    }

    /**
     * The states of sequences that end in a candidate, an item with action 0 at the time of the request, behind up to L events: what
     * serving from a cache must equal (docs/decisions/011-m-falcon.md), at the price of encoding a history once for each candidate.
     *
     * @return {@code [N, D]}
     */
    public Tensor encodeWithCandidates(Sequences sequences) {
        Tensor x = tokens(sequences.items(), sequences.actions());
        for (HstuBlock block : blocks) {
            x = block.forwardWithCandidates(x, sequences);
        }
        return x;
    }

    /** The losses of a batch at the current training step, scalars. */
    public Losses losses(JaggedBatch batch) {
        int rows = batch.items().length;
        Tensor targets = Tensor.of(batch.targetItems(), rows);
        Encoded encoded = encode(Sequences.of(batch), targets, Tensor.of(batch.targetTimestamps(), rows));
        Tensor states = encoded.states();
        Tensor retrieval =
                Functional.sampledSoftmaxLoss(states, items.weight(), targets, negatives(rows), config.temperature());
        Tensor ratings = Tensor.of(batch.targetRatings(), rows).to(states.dtype());
        Tensor squaredError =
                ratings(encoded.ratingStates(), targets).sub(ratings).square();
        Tensor hasTarget = targets.ne(Tensor.full(DType.I32, Shape.of(), SampledSoftmaxLoss.NO_TARGET));
        return new Losses(retrieval, Functional.maskedMean(squaredError, hasTarget), config.ratingWeight());
    }

    /**
     * The negatives of the current training step, uniform among the items: those that {@link #losses} takes.
     *
     * @param rows N, the events of the step's batch
     * @return I32 {@code [N, K]}
     */
    public Tensor negatives(int rows) {
        return Tensor.randomInts(
                new RandomKey(negativeKey.seed(), step(), negativeKey.stream()),
                1,
                itemCount + 1,
                Shape.of(rows, config.negatives()));
    }

    /**
     * The scores of all items: cosine similarities of states and item embeddings.
     *
     * @param states {@code [B, D]}
     * @return {@code [B, V+1]}; column 0 is padding and means nothing
     */
    public Tensor scores(Tensor states) {
        return Functional.l2Normalize(states)
                .matmul(Functional.l2Normalize(items.weight()).transpose());
    }

    /**
     * Predicted ratings on the scale 1 to 5 (not cut to it).
     *
     * @param states {@code [B, D]}, of the kind that the model was trained with: see {@link Encoded#ratingStates}
     * @param candidates I32 {@code [B]}, the item to rate for each state
     * @return {@code [B]}
     */
    public Tensor ratings(Tensor states, Tensor candidates) {
        return ratingsOf(states, items.forward(candidates));
    }

    /**
     * Predicted ratings of items whose embeddings are there.
     *
     * @param states {@code [B, D]}
     * @param embeddings {@code [B, D]}, rows of {@link #itemEmbeddings}
     * @return {@code [B]}
     */
    public Tensor ratingsOf(Tensor states, Tensor embeddings) {
        return rating.forward(states, embeddings);
    }
}
