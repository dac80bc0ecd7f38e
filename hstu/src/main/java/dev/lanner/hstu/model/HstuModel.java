package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.nn.Embedding;
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
 * The sequential recommender: an input layer, blocks of attention, a retrieval head (cosine similarity with the item
 * embeddings, trained by sampled or full softmax) and, where {@code loss.ratingWeight} is above 0, a rating head.
 */
public final class HstuModel extends Module {
    private final HstuConfig config;
    private final int itemCount;
    private final Embedding items;
    private final InputLayer input;
    private final ModuleList<EncoderBlock> blocks = new ModuleList<>();
    /** Null in a model that is not trained on ratings. */
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
                new Embedding(parameters.create(
                        config.initial().items().of(config.width(), itemCount + 1), itemCount + 1, config.width())));
        input = config.input() == InputKind.ITEM_POSITION
                ? child("input", new PositionInput(config, items, parameters))
                : child("input", new FusedInput(config, items, parameters));
        child("blocks", blocks);
        for (int i = 0; i < config.blocks(); i++) {
            blocks.add(EncoderBlock.of(config, parameters));
        }
        rating = config.loss().predictsRatings() ? child("rating", new RatingHead(config, parameters)) : null;
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
    public List<EncoderBlock> blocks() {
        List<EncoderBlock> all = new ArrayList<>();
        blocks.forEach(all::add);
        return all;
    }

    /** The blocks of a model that takes candidates. */
    private List<HstuBlock> candidateBlocks() {
        requireCandidates(config);
        return blocks().stream().map(block -> (HstuBlock) block).toList();
    }

    private static void requireCandidates(HstuConfig config) {
        if (!config.takesCandidates()) {
            throw new IllegalArgumentException("model: preset " + config.preset() + " takes no candidates: that needs "
                    + HstuConfig.CANDIDATES_NEED);
        }
    }

    /** The item embeddings, {@code [V+1, D]}; row 0 is padding. */
    public Tensor itemEmbeddings() {
        return items.weight();
    }

    /**
     * What the first block takes of events, whenever they ask.
     *
     * @param ids I32 {@code [N]}, items 1..V
     * @param actions I32 {@code [N]}, 1..3, or 0 for an item that nothing was done with yet, a candidate
     * @param positions I32 {@code [N]}, from the oldest event that is kept, which is 0
     * @return {@code [N, D]}
     */
    public Tensor tokens(Tensor ids, Tensor actions, Tensor positions) {
        return input.forward(ids, actions, positions);
    }

    /**
     * What the first block takes of events when it is known what time each asks with; without {@link InputFeatures#queryGap} that is
     * nothing else.
     *
     * @param tokens {@link #tokens} of the events
     * @param times I64 {@code [N]}, seconds
     * @param queryTimes I64 {@code [N]}, seconds
     * @return {@code [N, D]}
     */
    public Tensor asked(Tensor tokens, Tensor times, Tensor queryTimes) {
        return input.asked(tokens, times, queryTimes);
    }

    private Tensor tokens(Sequences sequences) {
        Tensor tokens = tokens(sequences.items(), sequences.actions(), sequences.positions());
        return asked(tokens, sequences.times(), sequences.queryTimes());
    }

    /**
     * The state after each event, which knows that event and those before it.
     *
     * @return {@code [N, D]}
     */
    public Tensor encode(Sequences sequences) {
        Tensor x = tokens(sequences);
        for (EncoderBlock block : blocks) {
            x = block.forward(x, sequences);
        }
        return x;
    }

    /**
     * The states after each event, and those that the event's target is rated from.
     *
     * @param targets I32 {@code [N]}, the item to rate behind each event, 0 for none; if the rating is target-aware, at the
     *     sequences' query times
     */
    public Encoded encode(Sequences sequences, Tensor targets) {
        if (!config.loss().ratingTargetAware()) {
            Tensor states = encode(sequences);
            return new Encoded(states, states);
        }
        Tensor x = tokens(sequences);
        // Models that take candidates look at no positions.
        Tensor candidates = tokens(targets, Tensor.zeros(DType.I32, targets.shape()), sequences.positions());
        for (HstuBlock block : candidateBlocks()) {
            Projections events = block.project(x);
            // Dropout's mask of a row is that of the event in it.
            candidates = block.forwardTargets(candidates, block.project(candidates), events, sequences);
            x = block.forward(x, events, sequences);
        }
        return new Encoded(x, candidates);
    }

    /**
     * The states of sequences that end in a candidate, an item with action 0 at the time of the request, behind up to L events: what
     * serving from a cache must equal (docs/decisions/011-m-falcon.md), at the price of encoding a history once for each candidate.
     *
     * @return {@code [N, D]}
     * @throws IllegalArgumentException if the model is none that takes candidates
     */
    public Tensor encodeWithCandidates(Sequences sequences) {
        Tensor x = tokens(sequences);
        for (HstuBlock block : candidateBlocks()) {
            x = block.forwardWithCandidates(x, sequences);
        }
        return x;
    }

    /** The losses of a batch at the current training step, scalars. */
    public Losses losses(JaggedBatch batch) {
        return losses(TrainingInputs.of(batch, config));
    }

    /** The losses of a batch at the current training step, scalars. */
    public Losses losses(TrainingInputs inputs) {
        Tensor targets = inputs.targets();
        Encoded encoded = encode(inputs.sequences(), targets);
        Tensor states = encoded.states();
        LossConfig loss = config.loss();
        Tensor retrieval = loss.negatives() == 0
                ? Functional.fullSoftmaxLoss(states, items.weight(), targets, loss.temperature())
                : Functional.sampledSoftmaxLoss(
                        states, items.weight(), targets, negatives(targets.size(0)), loss.temperature());
        Tensor ratings = inputs.ratings().to(states.dtype());
        return new Losses(retrieval, ratingLoss(encoded.ratingStates(), targets, ratings), loss.ratingWeight());
    }

    /** 0 in a model that is not trained on ratings. */
    private Tensor ratingLoss(Tensor states, Tensor targets, Tensor ratings) {
        if (rating == null) {
            return Tensor.zeros(states.dtype(), Shape.of());
        }
        Tensor squaredError =
                rating.forward(states, items.forward(targets)).sub(ratings).square();
        Tensor hasTarget = targets.ne(Tensor.full(DType.I32, Shape.of(), SampledSoftmaxLoss.NO_TARGET));
        return Functional.maskedMean(squaredError, hasTarget);
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
                Shape.of(rows, config.loss().negatives()));
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

    /** Whether it predicts ratings. */
    public boolean predictsRatings() {
        return rating != null;
    }

    /**
     * Predicted ratings on the scale 1 to 5 (not cut to it).
     *
     * @param states {@code [B, D]}, of the kind that the model was trained with: see {@link Encoded#ratingStates}
     * @param candidates I32 {@code [B]}, the item to rate for each state
     * @return {@code [B]}
     * @throws IllegalStateException if the model is not trained on ratings
     */
    public Tensor ratings(Tensor states, Tensor candidates) {
        return ratingHead().forward(states, items.forward(candidates));
    }

    /**
     * What predicted ratings take of items, whatever the state.
     *
     * @param candidates I32 {@code [B]}
     * @return {@code [B, D]}
     * @throws IllegalStateException if the model is not trained on ratings
     */
    public Tensor ratingTerms(Tensor candidates) {
        return ratingHead().itemTerms(items.forward(candidates));
    }

    /**
     * {@link #ratings} of items whose terms are there; equal to rounding.
     *
     * @param states {@code [B, D]}, as in {@link #ratings}
     * @param terms {@code [B, D]}, rows of {@link #ratingTerms}
     * @return {@code [B]}
     * @throws IllegalStateException if the model is not trained on ratings
     */
    public Tensor ratingsOf(Tensor states, Tensor terms) {
        return ratingHead().forwardTerms(states, terms);
    }

    private RatingHead ratingHead() {
        if (rating == null) {
            throw new IllegalStateException(
                    "model: preset " + config.preset() + " is not trained on ratings, its loss.ratingWeight is 0");
        }
        return rating;
    }
}
