package dev.lanner.hstu.inference;

import dev.lanner.hstu.data.Action;
import dev.lanner.hstu.model.EncoderBlock;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.KeyValues;
import dev.lanner.hstu.model.Projections;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.List;

/**
 * M-FALCON (Zhai et al., "Actions Speak Louder than Words", 2024): a user's history is encoded once, and candidates for the next event
 * are scored in microbatches against what is kept of it. Costs of a microbatch of b: O(b d² + b n d), where ratings are target-aware,
 * else O(b d²).
 *
 * <p>The retrieval score is the cosine of the state after the last event and the item, {@link HstuModel#scores}. The rating is predicted
 * as the model was trained to ({@link dev.lanner.hstu.model.LossConfig}): from the state after the last event; from the candidate's own
 * state; or not at all. With a state of its own, a candidate is a token with the item's embedding and no action, at the position behind
 * the last event and at the time of the request. It sees the whole history and itself, never another candidate: its scores are the bits
 * that it has alone, whatever the microbatches and their order.
 *
 * <p>A cache is for a request at the time of its last event: where nobody knows when the next event happens. {@link #at} gives one for
 * another time.
 *
 * <p>Made for the parameters as they are: what depends on an item alone is computed here, once. After further training make another;
 * caches of this one are not taken by it. Safe for use by many threads.
 */
public final class MFalcon {
    /** Candidates in a microbatch: beyond it nothing becomes quicker, and memory grows. */
    public static final int MICROBATCH = 4096;

    private final HstuModel model;
    private final List<EncoderBlock> blocks;
    private final ItemTable items;
    private final int microbatch;
    private final boolean asksWithQueryTime;

    /** Serves a model, which must not be trained meanwhile; it is in evaluation mode afterwards. */
    public MFalcon(HstuModel model) {
        this(model, MICROBATCH);
    }

    /**
     * Serves a model with microbatches of another size.
     *
     * @param microbatch candidates that are computed together, positive
     * @throws IllegalArgumentException if it is not
     */
    public MFalcon(HstuModel model, int microbatch) {
        if (microbatch < 1) {
            throw new IllegalArgumentException("mFalcon: microbatch must be positive, found " + microbatch);
        }
        model.eval();
        this.model = model;
        this.blocks = model.blocks();
        this.items = ItemTable.of(model);
        this.microbatch = microbatch;
        this.asksWithQueryTime = model.config().attention().queryTime();
    }

    /** The model that it serves. */
    public HstuModel model() {
        return model;
    }

    /**
     * Rows behind the first events of a cache's rows.
     *
     * @param events how many of them
     * @param queryTime I64 {@code [1]}
     * @param time I64 {@code [1]}
     */
    private record Behind(CacheRows rows, int events, Tensor queryTime, Tensor time) {
        Behind(CacheRows rows, int events, long queryTime, long time) {
            this(rows, events, Tensor.of(new long[] {queryTime}, 1), Tensor.of(new long[] {time}, 1));
        }
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
        long lastTime = recent.times()[length - 1];
        int settled = asksWithQueryTime ? length - 1 : length;
        try (Scope scope = Scope.open()) {
            Sequences sequence = recent.sequence(lastTime);
            Tensor x = model.tokens(sequence.items(), sequence.actions(), sequence.positions());
            KvCache.LastEvent last = last(lastTime, x.narrow(0, length - 1, 1));
            x = model.asked(x, sequence.times(), sequence.queryTimes());
            CacheRows rows = null;
            for (int block = 0; block < blocks.size(); block++) {
                Projections projections = blocks.get(block).project(x);
                Tensor keys = projections.keys().narrow(0, 0, settled);
                Tensor values = projections.values().narrow(0, 0, settled);
                if (rows == null) {
                    rows = new CacheRows(this, capacity, blocks.size(), keys.size(1), values.size(1), settled);
                    rows.write(0, sequence.times().narrow(0, 0, settled));
                }
                rows.write(block, 0, keys, values);
                x = blocks.get(block).forward(x, projections, sequence);
            }
            return new KvCache(rows, length, last, lastTime, kept(x.narrow(0, length - 1, 1)));
        }
    }

    /**
     * Appends an event in O(n d), to the bits that encoding the longer history gives.
     *
     * @param cache stays as it is; for whatever time of a request
     * @param item 1..V
     * @param action 1..3
     * @param time seconds
     * @return a cache for a request at that time
     * @throws IllegalStateException if the cache is full: the older events' rows saw the one that would have to go, so the most recent
     *     L are to be encoded again
     * @throws IllegalArgumentException if item or action is none of the model's, the time is before the last event's, or another model
     *     made the cache
     */
    public KvCache append(KvCache cache, int item, int action, long time) {
        check(cache);
        checkEvent("append", item, action);
        if (time < cache.lastTime()) {
            throw new IllegalArgumentException(
                    "append: an event must not be before the last one's time " + cache.lastTime() + ", found " + time);
        }
        if (cache.length() == cache.capacity()) {
            throw new IllegalStateException("append: the cache has its " + cache.capacity()
                    + " events; encode the most recent ones of the longer history instead");
        }
        try (Scope scope = Scope.open()) {
            Tensor x = model.tokens(
                    Tensor.of(new int[] {item}, 1),
                    Tensor.of(new int[] {action}, 1),
                    Tensor.of(new int[] {cache.length()}, 1));
            int settled = cache.settled();
            CacheRows rows = cache.rows().claim(settled);
            Tensor state;
            if (asksWithQueryTime) {
                KvCache.LastEvent before = cache.last();
                settle(before.token(), new Behind(rows, settled, time, before.time()));
                state = ask(x, new Behind(rows, settled + 1, time, time));
            } else {
                state = settle(x, new Behind(rows, settled, time, time));
            }
            return new KvCache(rows, cache.length() + 1, last(time, x), time, kept(state));
        }
    }

    /**
     * The cache for a request at another time. In a model with query time the last event is run through the blocks again, in O(n d);
     * in others the state stays, and the time is that of the candidates if those have states of their own.
     *
     * @param cache stays as it is, and is the one to keep for later requests
     * @param queryTime seconds
     * @throws IllegalArgumentException if another model made the cache
     */
    public KvCache at(KvCache cache, long queryTime) {
        check(cache);
        if (queryTime == cache.queryTime()) {
            return cache;
        }
        KvCache.LastEvent last = cache.last();
        if (!asksWithQueryTime) {
            return new KvCache(cache.rows(), cache.length(), last, queryTime, cache.lastState());
        }
        try (Scope scope = Scope.open()) {
            Behind others = new Behind(cache.rows(), cache.settled(), queryTime, last.time());
            return new KvCache(cache.rows(), cache.length(), last, queryTime, kept(ask(last.token(), others)));
        }
    }

    private KvCache.LastEvent last(long time, Tensor token) {
        return new KvCache.LastEvent(time, asksWithQueryTime ? kept(token) : null);
    }

    /** A copy that belongs to no scope. */
    private static Tensor kept(Tensor x) {
        Tensor copy = Scope.outside(() -> Tensor.zeros(x.dtype(), x.shape()));
        copy.assign(x);
        return copy;
    }

    /** The state of an event, {@code [1, D]}, that asks. */
    private Tensor ask(Tensor token, Behind behind) {
        Tensor x = model.asked(token, behind.time(), behind.queryTime());
        return forward(x, blocks.get(0).project(x), behind);
    }

    /** The states of rows, {@code [M, D]}, from their projections in the first block. */
    private Tensor forward(Tensor tokens, Projections first, Behind behind) {
        Tensor x = tokens;
        Projections projections = first;
        for (int block = 0; block < blocks.size(); block++) {
            if (block > 0) {
                projections = blocks.get(block).project(x);
            }
            KeyValues history = behind.rows().history(block, behind.events());
            x = blocks.get(block).forwardCandidates(x, projections, history, behind.queryTime(), behind.time());
        }
        return x;
    }

    /** The state of an event, {@code [1, D]}, whose keys, values and time become the next of the rows. */
    private Tensor settle(Tensor token, Behind behind) {
        CacheRows rows = behind.rows();
        Tensor x = model.asked(token, behind.time(), behind.queryTime());
        for (int block = 0; block < blocks.size(); block++) {
            Projections projections = blocks.get(block).project(x);
            rows.write(block, behind.events(), projections.keys(), projections.values());
            KeyValues history = rows.history(block, behind.events());
            x = blocks.get(block).forwardCandidates(x, projections, history, behind.queryTime(), behind.time());
        }
        rows.write(behind.events(), behind.time());
        return x;
    }

    private void check(KvCache cache) {
        if (!equals(cache.rows().owner())) {
            throw new IllegalArgumentException(
                    "cache: was encoded by another model, or by this one before it was trained further; encode again");
        }
    }

    /**
     * Scores candidates at the time that the cache is for.
     *
     * @param cache is not changed
     * @param candidates {@code [M]}, items 1..V in any order
     * @throws IllegalArgumentException if a candidate is no item, or another model made the cache
     */
    public CandidateScores score(KvCache cache, int... candidates) {
        check(cache);
        checkItems(candidates);
        boolean rates = model.predictsRatings();
        float[] retrieval = new float[candidates.length];
        float[] ratings = new float[rates ? candidates.length : 0];
        try (Scope whole = Scope.open()) {
            float[] direction = Directions.of(cache.state());
            Tensor column = Tensor.of(direction, direction.length, 1);
            for (int first = 0; first < candidates.length; first += microbatch) {
                int count = Math.min(microbatch, candidates.length - first);
                try (Scope scope = Scope.open()) {
                    ItemTable rows = items.rows(candidates, first, count);
                    put(rows.directions().matmul(column), retrieval, first);
                    if (rates) {
                        put(ratings(cache, rows, count), ratings, first);
                    }
                }
            }
        }
        return new CandidateScores(retrieval, ratings);
    }

    private static void put(Tensor values, float[] into, int first) {
        float[] part = values.toFloats();
        System.arraycopy(part, 0, into, first, part.length);
    }

    private Tensor ratings(KvCache cache, ItemTable rows, int count) {
        Tensor states = model.config().loss().ratingTargetAware()
                ? forward(rows.tokens(), rows.projections(), candidates(cache))
                : cache.lastState().expand(Shape.of(count, model.config().width()));
        return model.ratingsOf(states, rows.ratingTerms());
    }

    private static Behind candidates(KvCache cache) {
        return new Behind(cache.rows(), cache.length(), cache.queryTime(), cache.queryTime());
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
