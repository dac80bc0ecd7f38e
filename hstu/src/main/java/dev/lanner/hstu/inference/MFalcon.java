package dev.lanner.hstu.inference;

import dev.lanner.hstu.data.Action;
import dev.lanner.hstu.model.HstuBlock;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.KeyValues;
import dev.lanner.hstu.model.Projections;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import java.util.List;

/**
 * M-FALCON (Zhai et al., "Actions Speak Louder than Words", 2024): a user's history is encoded once, and candidates for the next event
 * are scored in microbatches against what is kept of it. Costs of a microbatch of b: O(b d² + b n d).
 *
 * <p>A candidate is a token with the item's embedding and no action, at the position behind the last event and at the time of the
 * request. It sees the whole history and itself, never another candidate: its scores are the bits that it has alone, whatever the
 * microbatches and their order. The retrieval score is the cosine of the state after the last event and the item, {@link
 * HstuModel#scores}, and needs no token. The rating is predicted as the model was trained to
 * ({@link dev.lanner.hstu.model.LossConfig#ratingTargetAware}): from the candidate's own state, or from the state after the last event.
 *
 * <p>Made for the parameters as they are: what depends on an item alone is computed here, once. After further training make another;
 * caches of this one are not taken by it. Safe for use by many threads.
 */
public final class MFalcon {
    /** Candidates in a microbatch: beyond it nothing becomes quicker, and memory grows. */
    public static final int MICROBATCH = 4096;

    private final HstuModel model;
    private final List<HstuBlock> blocks;
    private final ItemTable items;
    private final int microbatch;

    /**
     * Serves a model, which must not be trained meanwhile; it is in evaluation mode afterwards.
     *
     * @throws IllegalArgumentException if the model cannot be served: {@link HstuConfig#requireServed}
     */
    public MFalcon(HstuModel model) {
        this(model, MICROBATCH);
    }

    /**
     * Serves a model with microbatches of another size.
     *
     * @param microbatch candidates that are computed together, positive
     * @throws IllegalArgumentException if it is not, or the model cannot be served: {@link HstuConfig#requireServed}
     */
    public MFalcon(HstuModel model, int microbatch) {
        if (microbatch < 1) {
            throw new IllegalArgumentException("mFalcon: microbatch must be positive, found " + microbatch);
        }
        model.config().requireServed();
        model.eval();
        this.model = model;
        this.blocks = model.blocks();
        this.items = ItemTable.of(model);
        this.microbatch = microbatch;
    }

    /** The model that it serves. */
    public HstuModel model() {
        return model;
    }

    /**
     * Encodes a history; of more than L events the most recent L.
     *
     * @throws IllegalArgumentException if an item or action is none of the model's
     */
    public KvCache encode(History history) {
        int capacity = model.config().maxLength();
        History recent = history.mostRecent(capacity);
        int length = recent.length();
        for (int i = 0; i < length; i++) {
            checkEvent("encode", recent.items()[i], recent.actions()[i]);
        }
        CacheRows rows =
                new CacheRows(this, capacity, blocks.size(), model.config().width(), length);
        try (Scope scope = Scope.open()) {
            Sequences sequence = Sequences.forCandidates(
                    Tensor.of(new int[] {0, length}, 2),
                    Tensor.of(recent.items(), length),
                    Tensor.of(recent.actions(), length),
                    Tensor.of(recent.times(), length));
            Tensor x = model.tokens(sequence.items(), sequence.actions());
            for (int block = 0; block < blocks.size(); block++) {
                Projections projections = blocks.get(block).project(x);
                rows.write(block, 0, projections.keys(), projections.values());
                x = blocks.get(block).forward(x, projections, sequence);
            }
            rows.write(0, sequence.times());
            return new KvCache(rows, length, recent.times()[length - 1], kept(x.narrow(0, length - 1, 1)));
        }
    }

    /**
     * Appends an event in O(n d), to the bits that encoding the longer history gives.
     *
     * @param cache stays as it is
     * @param item 1..V
     * @param action 1..3
     * @param time seconds
     * @throws IllegalStateException if the cache is full: the older events' rows saw the one that would have to go, so the most recent
     *     L are to be encoded again
     * @throws IllegalArgumentException if item or action is none of the model's, or another model made the cache
     */
    public KvCache append(KvCache cache, int item, int action, long time) {
        check(cache);
        checkEvent("append", item, action);
        if (cache.length() == cache.capacity()) {
            throw new IllegalStateException("append: the cache has its " + cache.capacity()
                    + " events; encode the most recent ones of the longer history instead");
        }
        try (Scope scope = Scope.open()) {
            Tensor times = Tensor.of(new long[] {time}, 1);
            Tensor x = model.tokens(Tensor.of(new int[] {item}, 1), Tensor.of(new int[] {action}, 1));
            CacheRows rows = cache.rows().claim(cache.length());
            for (int block = 0; block < blocks.size(); block++) {
                Projections projections = blocks.get(block).project(x);
                rows.write(block, cache.length(), projections.keys(), projections.values());
                KeyValues history = cache.history(block);
                x = blocks.get(block).forwardCandidates(x, projections, history, times);
            }
            rows.write(cache.length(), times);
            return new KvCache(rows, cache.length() + 1, time, kept(x));
        }
    }

    /** A copy that belongs to no scope. */
    private static Tensor kept(Tensor x) {
        Tensor copy = Scope.outside(() -> Tensor.zeros(x.dtype(), x.shape()));
        copy.assign(x);
        return copy;
    }

    private void check(KvCache cache) {
        if (!equals(cache.rows().owner())) {
            throw new IllegalArgumentException(
                    "cache: was encoded by another model, or by this one before it was trained further; encode again");
        }
    }

    /**
     * Scores candidates for an event at the time of the last one: where nobody knows when the next event happens.
     *
     * @param candidates {@code [M]}, items 1..V in any order
     */
    public CandidateScores score(KvCache cache, int... candidates) {
        return score(cache, cache.lastTime(), candidates);
    }

    /**
     * Scores candidates.
     *
     * @param cache is not changed
     * @param queryTime the time of the request, seconds
     * @param candidates {@code [M]}, items 1..V in any order
     * @throws IllegalArgumentException if a candidate is no item, or another model made the cache
     */
    public CandidateScores score(KvCache cache, long queryTime, int... candidates) {
        check(cache);
        checkItems(candidates);
        CandidateScores scores = new CandidateScores(new float[candidates.length], new float[candidates.length]);
        try (Scope whole = Scope.open()) {
            Tensor direction = Functional.l2Normalize(cache.lastState()).transpose();
            Tensor time = Tensor.of(new long[] {queryTime}, 1);
            for (int first = 0; first < candidates.length; first += microbatch) {
                int count = Math.min(microbatch, candidates.length - first);
                try (Scope scope = Scope.open()) {
                    ItemTable rows = items.rows(candidates, first, count);
                    put(rows.directions().matmul(direction), scores.retrieval(), first);
                    put(ratings(cache, rows, time, count), scores.ratings(), first);
                }
            }
        }
        return scores;
    }

    private static void put(Tensor values, float[] into, int first) {
        float[] part = values.toFloats();
        System.arraycopy(part, 0, into, first, part.length);
    }

    private Tensor ratings(KvCache cache, ItemTable rows, Tensor time, int count) {
        Tensor states = model.config().loss().ratingTargetAware()
                ? states(cache, rows, time)
                : cache.lastState().expand(Shape.of(count, model.config().width()));
        return model.ratingsOf(states, rows.ratingTerms());
    }

    /** The candidates' own states, {@code [M, D]}. */
    private Tensor states(KvCache cache, ItemTable rows, Tensor time) {
        Tensor x = rows.tokens();
        Projections projections = rows.projections();
        for (int block = 0; block < blocks.size(); block++) {
            if (block > 0) {
                projections = blocks.get(block).project(x);
            }
            x = blocks.get(block).forwardCandidates(x, projections, cache.history(block), time);
        }
        return x;
    }

    private void checkEvent(String what, int item, int action) {
        if (item < 1 || item > model.itemCount() || action < 1 || action > Action.values().length) {
            throw new IllegalArgumentException(what + ": an event's item must be in 1.." + model.itemCount()
                    + " and its action in 1.." + Action.values().length + ", found " + item + " and " + action);
        }
    }

    private void checkItems(int... candidates) {
        for (int i = 0; i < candidates.length; i++) {
            if (candidates[i] < 1 || candidates[i] > model.itemCount()) {
                throw new IllegalArgumentException("score: a candidate must be in 1.." + model.itemCount() + ", found "
                        + candidates[i] + " at position " + i);
            }
        }
    }
}
