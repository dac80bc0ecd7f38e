package dev.lanner.hstu;

import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.data.MovieLens;
import dev.lanner.hstu.inference.CandidateScores;
import dev.lanner.hstu.inference.HnswIndex;
import dev.lanner.hstu.inference.ItemIndex;
import dev.lanner.hstu.inference.KvCache;
import dev.lanner.hstu.inference.KvCacheStore;
import dev.lanner.hstu.inference.MFalcon;
import dev.lanner.hstu.inference.Neighbours;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.hstu.train.TrainListener;
import dev.lanner.hstu.train.Trainer;
import dev.lanner.tensor.Scope;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Recommends items to users, both by their external ids, from the users' histories. Recommendation has two stages: the items nearest to
 * the user's state by cosine similarity, found by an {@link ItemIndex}, are candidates, and those are ranked by
 * {@code similarity + ratingWeight * predicted rating}; by similarity alone if the model predicts no ratings.
 *
 * <p>Models with query time ask with the time of the request, which methods take as {@code at}; without it it is that of the user's last
 * event. To others it matters only if they rate target-aware.
 *
 * <p>Each {@code with…} gives a recommender that shares the model and differs in one setting. Safe for use by many threads.
 */
public final class Recommender {
    /** How many candidates retrieval hands to ranking. */
    public static final int CANDIDATES = 100;
    /** Chosen by the NDCG@10 of liked validation targets on MovieLens-1M: docs/decisions/013-recommender.md. */
    public static final double RATING_WEIGHT = 0.03;

    private final Basis basis;
    private final Known known;
    private final TwoStage ranking;
    private final UnknownIds unknown;
    private final int[] allItems;

    /** What all that share a model have in common. */
    private record Basis(RunConfig config, MovieLens data, MFalcon scorer, ItemIndex index) {}

    /**
     * What is known of users.
     *
     * @param caches encoded histories by internal user; null if each request encodes anew
     */
    private record Known(Histories histories, KvCacheStore caches) {}

    private Recommender(Basis basis, Known known, TwoStage ranking, UnknownIds unknown) {
        this.basis = basis;
        this.known = known;
        this.ranking = ranking;
        this.unknown = unknown;
        allItems = IntStream.rangeClosed(1, basis.config().items()).toArray();
    }

    /** It lives as long as what it serves. */
    private static HstuModel model(RunConfig config) {
        return Scope.outside(() ->
                new HstuModel(config.model(), config.items(), config.training().seed()));
    }

    private static Recommender of(RunConfig config, MovieLens data, HstuModel model) {
        return new Recommender(
                new Basis(config, data, new MFalcon(model), ItemIndex.exact(model)),
                new Known(new Histories(data.interactions(), 0), null),
                new TwoStage(CANDIDATES, RATING_WEIGHT),
                UnknownIds.ERROR);
    }

    /**
     * Trains a model as {@code examples/TrainMl1m} does: each user's last two events are held out, and the epoch is chosen by the first
     * of them. Recommendations then start from all events.
     *
     * @param config the settings, of {@link RunConfig#of} these data
     * @param directory a new folder, to which each epoch is saved; {@link #load} reads it
     * @throws IllegalArgumentException if the settings are for other data, or the data cannot be written as MovieLens writes them
     * @throws DataException if no user has the four events that training takes
     * @throws dev.lanner.hstu.train.DivergenceException if a loss, a parameter, a score or a predicted rating is not finite any more
     * @throws IOException if there is a run in the folder already, or it cannot be written
     */
    public static Recommender fit(MovieLens data, RunConfig config, Path directory, TrainListener listener)
            throws IOException {
        Interactions interactions = data.interactions();
        if (!config.fingerprint().equals(interactions.fingerprint())) {
            throw new IllegalArgumentException("fit: the configuration is for other data (" + config.dataset() + ")");
        }
        LeaveOneOut split = new LeaveOneOut(interactions, config.model().maxLength());
        split.requireTraining(config.dataset());
        HstuModel model = model(config);
        RunDirectory run = RunDirectory.create(directory);
        run.begin(config, data);
        try (Trainer trainer = new Trainer(model, split, config.training(), run)) {
            trainer.fit(listener);
        }
        return of(config, data, model);
    }

    /**
     * Reads a recommender that was saved, or the folder of a training run: its best epoch.
     *
     * @throws IOException if there is none in the folder, or a file of it is damaged or does not fit the others; the message names it
     * @throws DataException if the data in it cannot be read
     */
    public static Recommender load(Path directory) throws IOException {
        RunDirectory run = RunDirectory.open(directory);
        RunConfig config = run.config();
        MovieLens data = run.data();
        HstuModel model = model(config);
        run.loadBest(model);
        return of(config, data, model);
    }

    /**
     * Writes what {@link #load} reads: settings, parameters, and the data with all events. The settings of the {@code with…} methods are
     * not part of it.
     *
     * @param directory a new folder
     * @throws IllegalArgumentException if the data cannot be written as MovieLens writes them
     * @throws IOException if there is a run in the folder already, or it cannot be written
     */
    public void save(Path directory) throws IOException {
        RunDirectory run = RunDirectory.create(directory);
        run.writeData(basis.data());
        run.writeModel(basis.scorer().model());
        run.writeConfig(basis.config());
    }

    /** The settings of the model and of its training. */
    public RunConfig config() {
        return basis.config();
    }

    /** All events, held-out ones among them, and titles and genres where they are known. */
    public MovieLens data() {
        return basis.data();
    }

    /** Whether its model predicts ratings. */
    public boolean predictsRatings() {
        return basis.scorer().model().predictsRatings();
    }

    /** Whether its model asks with the time of the request. */
    public boolean hasQueryTime() {
        return config().model().attention().queryTime();
    }

    Histories histories() {
        return known.histories();
    }

    TwoStage ranking() {
        return ranking;
    }

    /** With another answer for unknown users and items; the default is an error. */
    public Recommender withUnknown(UnknownIds policy) {
        return new Recommender(basis, known, ranking, policy);
    }

    /**
     * With another weight of the predicted rating beside the cosine similarity.
     *
     * @throws IllegalArgumentException if it is not finite
     */
    public Recommender withRatingWeight(double weight) {
        return with(new TwoStage(ranking.candidates(), weight));
    }

    /**
     * With another number of candidates that are ranked again.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Recommender withCandidates(int count) {
        return with(new TwoStage(count, ranking.ratingWeight()));
    }

    /**
     * With candidates from an approximate index, which is made here, instead of an exact one: for catalogues beyond a hundred thousand
     * items; measure the recall of the settings on your own embeddings first. Lists may then miss an item, and end early.
     */
    public Recommender withApproximateSearch(HnswIndex.Settings settings) {
        MFalcon scorer = basis.scorer();
        ItemIndex index = ItemIndex.hnsw(scorer.model(), settings);
        return new Recommender(new Basis(config(), data(), scorer, index), known, ranking, unknown);
    }

    private Recommender with(TwoStage other) {
        return new Recommender(basis, known, other, unknown);
    }

    /**
     * As if each user's last events had not happened, to see what it would have recommended: 1 before the test target, 2 before the
     * validation target. A user without other events is unknown then.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Recommender withoutLast(int events) {
        if (events < 0) {
            throw new IllegalArgumentException("recommender: held-out events must not be negative, found " + events);
        }
        Histories shorter = new Histories(data().interactions(), events);
        return new Recommender(basis, new Known(shorter, null), ranking, unknown);
    }

    /**
     * With the encoded histories of users kept from request to request, those asked for last if not all fit (M-FALCON's caches). Another
     * recommender made by {@link #withoutLast} has none until it is given its own.
     *
     * @param bytes that all may have together; an event takes 8 bytes and 4 for each key and value of each block, so a
     *     user of {@code article} with 200 events takes 0.2 MB
     * @throws IllegalArgumentException if they are not positive
     */
    public Recommender withCaches(long bytes) {
        return new Recommender(basis, new Known(known.histories(), new KvCacheStore(bytes)), ranking, unknown);
    }

    /** The best items for users, without what they have seen: {@link #recommend(int[], int, boolean)}. */
    public Map<Integer, List<Recommendation>> recommend(int[] users, int k) {
        return recommend(users, k, true);
    }

    /** The best items for users at the times of their last events: {@link #recommend(int[], int, boolean, long)}. */
    public Map<Integer, List<Recommendation>> recommend(int[] users, int k, boolean filterSeen) {
        return recommend(users, k, filterSeen, OptionalLong.empty());
    }

    /**
     * The best items for users.
     *
     * @param users external ids
     * @param k how many for each, positive; fewer where there are not as many
     * @param filterSeen whether to leave out the items of the user's events
     * @param at the time of the request, seconds
     * @return by user in the given order, best first; with exact search a longer list begins with the shorter one
     * @throws IllegalArgumentException if k is not positive, or users are unknown and that is an error
     */
    public Map<Integer, List<Recommendation>> recommend(int[] users, int k, boolean filterSeen, long at) {
        return recommend(users, k, filterSeen, OptionalLong.of(at));
    }

    private Map<Integer, List<Recommendation>> recommend(int[] users, int k, boolean filterSeen, OptionalLong at) {
        checkCount("recommend", k);
        Map<Integer, List<Recommendation>> answers = new LinkedHashMap<>();
        for (int userId : unknown.answered("recommend", "users", users, histories()::has)) {
            if (!histories().has(userId)) {
                answers.put(userId, popular(k, allItems));
                continue;
            }
            int user = data().interactions().user(userId);
            KvCache cache = cache(user, at);
            BitSet leftOut = filterSeen ? histories().seen(user) : new BitSet();
            int[] items = nearest(cache.state(), Math.max(k, ranking.candidates()), leftOut);
            // As if all had been scored in their order, which is that of equal ones.
            Arrays.sort(items);
            CandidateScores scores = basis.scorer().score(cache, items);
            int[] places = ranking.ranked(scores, places(items));
            answers.put(userId, recommendations(scores, items, Arrays.copyOf(places, Math.min(k, places.length))));
        }
        return answers;
    }

    /** The items nearest to a state by the index, nearest first, without some. */
    private int[] nearest(float[] state, int count, BitSet leftOut) {
        long wanted = (long) count + leftOut.cardinality();
        Neighbours found = basis.index().search(state, (int) Math.min(wanted, allItems.length));
        return IntStream.of(found.items())
                .filter(item -> !leftOut.get(item))
                .limit(count)
                .toArray();
    }

    private static int[] places(int... items) {
        return IntStream.range(0, items.length).toArray();
    }

    private List<Recommendation> recommendations(CandidateScores scores, int[] items, int... places) {
        return IntStream.of(places)
                .mapToObj(place -> new Recommendation(
                        data().interactions().itemId(items[place]),
                        ranking.score(scores, place),
                        predictsRatings() ? OptionalDouble.of(scores.ratings()[place]) : OptionalDouble.empty()))
                .toList();
    }

    /** The place of an item at the time of the user's last event: {@link #rankOf(int, int, long)}. */
    public int rankOf(int userId, int itemId) {
        return rankOf(userId, itemId, OptionalLong.empty());
    }

    /**
     * The place of an item among all that can be recommended to a user, from 1: as {@link #recommend} would list them without end, by
     * exact search. Items that the user has seen do not count, but the item itself does.
     *
     * @param at the time of the request, seconds
     * @throws IllegalArgumentException if user or item are unknown
     */
    public int rankOf(int userId, int itemId, long at) {
        return rankOf(userId, itemId, OptionalLong.of(at));
    }

    private int rankOf(int userId, int itemId, OptionalLong at) {
        int item = data().interactions().item(itemId);
        if (!histories().has(userId) || item < 0) {
            throw new IllegalArgumentException("rank: must be known, found user " + userId + " and item " + itemId);
        }
        int user = data().interactions().user(userId);
        BitSet leftOut = histories().seen(user);
        leftOut.clear(item);
        CandidateScores scores = basis.scorer().score(cache(user, at), allItems);
        return IntArrayList.wrap(ranking.ranking(scores, leftOut)).indexOf(item) + 1;
    }

    /**
     * How many items a user has not seen: as many as {@link #recommend} can list.
     *
     * @throws IllegalArgumentException if the user is unknown
     */
    public int unseenItems(int userId) {
        if (!histories().has(userId)) {
            throw new IllegalArgumentException("unseenItems: user " + userId + " is unknown");
        }
        return allItems.length
                - histories().seen(data().interactions().user(userId)).cardinality();
    }

    /** Given items, ranked for a user at the time of the last event: {@link #rank(int, int[], long)}. */
    public List<Recommendation> rank(int user, int... candidates) {
        return rank(user, OptionalLong.empty(), candidates);
    }

    /**
     * Given items, ranked for a user by {@code similarity + ratingWeight * predicted rating}. Seen ones are not filtered.
     *
     * @param user external id
     * @param candidates external ids
     * @param at the time of the request, seconds
     * @return best first, of equal scores the first given; empty if the user is unknown and skipped
     * @throws IllegalArgumentException if user or items are unknown and that is an error
     */
    public List<Recommendation> rank(int user, int[] candidates, long at) {
        return rank(user, OptionalLong.of(at), candidates);
    }

    private List<Recommendation> rank(int user, OptionalLong at, int... candidates) {
        int[] users = unknown.answered("rank", "users", new int[] {user}, histories()::has);
        int[] items = known("rank", candidates);
        if (users.length == 0) {
            return List.of();
        }
        if (!histories().has(user)) {
            return popular(items.length, items);
        }
        CandidateScores scores =
                basis.scorer().score(cache(data().interactions().user(user), at), items);
        int[] places = places(items);
        TwoStage.sort(places, places.length, place -> ranking.score(scores, place));
        return recommendations(scores, items, places);
    }

    /**
     * The items most like others, by the cosine of their embeddings.
     *
     * @param items external ids
     * @param k how many for each, positive
     * @return by item in the given order, most like first, without the item itself
     * @throws IllegalArgumentException if k is not positive, or items are unknown and that is an error
     */
    public Map<Integer, List<SimilarItem>> recommendToItem(int[] items, int k) {
        checkCount("recommendToItem", k);
        Interactions interactions = data().interactions();
        Map<Integer, List<SimilarItem>> answers = new LinkedHashMap<>();
        for (int itemId : unknown.answered("recommendToItem", "items", items, id -> interactions.item(id) >= 0)) {
            int item = interactions.item(itemId);
            answers.put(
                    itemId,
                    item >= 0
                            ? similar(item, k)
                            : popular(k, allItems).stream()
                                    .map(popular -> new SimilarItem(popular.item(), 0))
                                    .toList());
        }
        return answers;
    }

    private List<SimilarItem> similar(int item, int k) {
        HstuModel model = basis.scorer().model();
        float[] state = model.itemEmbeddings().narrow(0, item, 1).toFloats();
        int count = (int) Math.min(k + 1L, allItems.length);
        Neighbours found = basis.index().search(state, count);
        return IntStream.range(0, found.items().length)
                .filter(place -> found.items()[place] != item)
                .limit(k)
                .mapToObj(place ->
                        new SimilarItem(data().interactions().itemId(found.items()[place]), found.scores()[place]))
                .toList();
    }

    /** The scores of the items 1..V for a user who has events, at the time of the last. */
    CandidateScores scores(int user) {
        return basis.scorer().score(cache(user, OptionalLong.empty()), allItems);
    }

    private KvCache cache(int user, OptionalLong at) {
        KvCache cache = encoded(user);
        return at.isPresent() ? basis.scorer().at(cache, at.getAsLong()) : cache;
    }

    private KvCache encoded(int user) {
        KvCacheStore caches = known.caches();
        Optional<KvCache> kept = caches == null ? Optional.empty() : caches.get(user);
        if (kept.isPresent()) {
            return kept.get();
        }
        KvCache cache =
                basis.scorer().encode(histories().of(user, config().model().maxLength()));
        if (caches != null) {
            caches.put(user, cache);
        }
        return cache;
    }

    private List<Recommendation> popular(int k, int... items) {
        return IntStream.of(histories().mostPopular(items))
                .limit(k)
                .mapToObj(item -> new Recommendation(
                        data().interactions().itemId(item),
                        histories().share(item),
                        OptionalDouble.of(histories().meanRating(item))))
                .toList();
    }

    /** Internal items of external ids; what nobody has rated cannot be ranked, and is an error or left out. */
    private int[] known(String operation, int... itemIds) {
        Interactions interactions = data().interactions();
        return IntStream.of(unknown.answered(operation, "items", itemIds, id -> interactions.item(id) >= 0))
                .map(interactions::item)
                .filter(item -> item >= 0)
                .toArray();
    }

    private static void checkCount(String operation, int k) {
        if (k < 1) {
            throw new IllegalArgumentException(operation + ": k must be positive, found " + k);
        }
    }
}
