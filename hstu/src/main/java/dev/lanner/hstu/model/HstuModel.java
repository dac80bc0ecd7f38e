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

/**
 * The sequential recommender: an input layer, blocks of attention, a retrieval head (cosine similarity with the item
 * embeddings, trained by sampled or full softmax) and a rating head.
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
        rating = config.loss().ratingWeight() > 0 ? child("rating", new RatingHead(config, parameters)) : null;
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

    /**
     * The state after each event, which knows that event and those before it.
     *
     * @return {@code [N, D]}
     */
    public Tensor encode(Sequences sequences) {
        Tensor x = input.forward(sequences);
        for (EncoderBlock block : blocks) {
            x = block.forward(x, sequences);
        }
        return x;
    }

    /** The losses of a batch at the current training step, scalars. */
    public Losses losses(JaggedBatch batch) {
        Tensor states = encode(Sequences.of(batch));
        int rows = batch.rows();
        Tensor targets = Tensor.of(batch.targetItems(), rows);
        LossConfig loss = config.loss();
        Tensor retrieval = loss.negatives() == 0
                ? Functional.fullSoftmaxLoss(states, items.weight(), targets, loss.temperature())
                : Functional.sampledSoftmaxLoss(states, items.weight(), targets, negatives(rows), loss.temperature());
        Tensor ratings = Tensor.of(batch.targetRatings(), rows).to(states.dtype());
        return new Losses(retrieval, ratingLoss(states, targets, ratings), loss.ratingWeight());
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
     * @param states {@code [B, D]}
     * @param candidates I32 {@code [B]}, the item to rate for each state
     * @return {@code [B]}
     * @throws IllegalStateException if the model is not trained on ratings
     */
    public Tensor ratings(Tensor states, Tensor candidates) {
        if (rating == null) {
            throw new IllegalStateException(
                    "model: preset " + config.preset() + " is not trained on ratings, its loss.ratingWeight is 0");
        }
        return rating.forward(states, items.forward(candidates));
    }
}
