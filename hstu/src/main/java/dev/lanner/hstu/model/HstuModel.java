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

    /**
     * The state after each event, which knows that event and those before it.
     *
     * @return {@code [N, D]}
     */
    public Tensor encode(Sequences sequences) {
        Tensor x = input.forward(sequences);
        for (HstuBlock block : blocks) {
            x = block.forward(x, sequences);
        }
        return x;
    }

    /** The losses of a batch at the current training step, scalars. */
    public Losses losses(JaggedBatch batch) {
        return losses(TrainingInputs.of(batch));
    }

    /** The losses of a batch at the current training step, scalars. */
    public Losses losses(TrainingInputs inputs) {
        Tensor states = encode(inputs.sequences());
        Tensor targets = inputs.targets();
        Tensor retrieval = Functional.sampledSoftmaxLoss(
                states, items.weight(), targets, negatives(targets.size(0)), config.temperature());
        Tensor ratings = inputs.ratings().to(states.dtype());
        Tensor squaredError =
                rating.forward(states, items.forward(targets)).sub(ratings).square();
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
     * @param states {@code [B, D]}
     * @param candidates I32 {@code [B]}, the item to rate for each state
     * @return {@code [B]}
     */
    public Tensor ratings(Tensor states, Tensor candidates) {
        return rating.forward(states, items.forward(candidates));
    }
}
