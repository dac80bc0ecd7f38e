package dev.lanner.hstu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.inference.HnswIndex;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.Evaluator;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecommenderTest {
    private static final int USER = Walks.userId(7);
    private static final int NOBODY = 5;
    private static final int NOTHING = 7;

    @TempDir
    private static Path folder;

    private static Path run;
    private static Recommender recommender;
    private static Interactions events;

    @BeforeAll
    static void fit() throws IOException {
        run = folder.resolve("run");
        recommender = Walks.fit(run);
        events = recommender.data().interactions();
    }

    private static Evaluation evaluate(LeaveOneOut.Part part) throws IOException {
        HstuModel model = new HstuModel(recommender.config().model(), events.itemCount(), 0);
        RunDirectory.open(run).loadBest(model);
        LeaveOneOut split = new LeaveOneOut(events, recommender.config().model().maxLength());
        return new Evaluator(model, split).evaluate(part);
    }

    private static List<Recommendation> recommend(Recommender from, int k) {
        return from.recommend(new int[] {USER}, k).get(USER);
    }

    private static List<Integer> items(List<Recommendation> recommendations) {
        return recommendations.stream().map(Recommendation::item).toList();
    }

    private static Set<Integer> seen(int userId) {
        int user = events.user(userId);
        Set<Integer> seen = new HashSet<>();
        for (int i = events.start(user); i < events.start(user + 1); i++) {
            seen.add(events.itemId(events.itemAt(i)));
        }
        return seen;
    }

    @Test
    void whatIsLoadedOutlivesTheScopeThatItWasLoadedIn() throws IOException {
        List<Recommendation> expected = recommend(Recommender.load(run), 5);
        Recommender loaded;
        try (Scope scope = Scope.open()) {
            loaded = Recommender.load(run);
        }
        try (Scope scope = Scope.open()) {
            for (int length = 1; length <= 4096; length++) {
                Tensor.full(DType.F32, Shape.of(length), Double.NaN);
            }
        }
        assertEquals(expected, recommend(loaded, 5));
    }

    @Test
    void seenItemsAreLeftOutUnlessAskedFor() {
        Set<Integer> unseen = new HashSet<>(items(recommend(recommender, Walks.ITEMS)));
        assertEquals(Walks.ITEMS - seen(USER).size(), unseen.size());
        assertEquals(recommender.unseenItems(USER), unseen.size());
        assertTrue(unseen.stream().noneMatch(seen(USER)::contains));
        List<Recommendation> all =
                recommender.recommend(new int[] {USER}, 1000, false).get(USER);
        assertEquals(Walks.ITEMS, new HashSet<>(items(all)).size());
        assertEquals(Walks.ITEMS, all.size());
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "0.05, 0", "0.05, 1", "0.05, 5", "0.05, 100", "-1, 7"})
    void longerListBeginsWithTheShorterOne(double weight, int candidates) {
        Recommender other = recommender.withRatingWeight(weight).withCandidates(candidates);
        List<Recommendation> all = recommend(other, Walks.ITEMS);
        for (int k = 1; k <= all.size(); k++) {
            assertEquals(all.subList(0, k), recommend(other, k));
        }
        for (int place = 1; place <= all.size(); place++) {
            assertEquals(place, other.rankOf(USER, all.get(place - 1).item()));
        }
    }

    @Test
    void candidatesAreRankedBySimilarityAndRating() {
        double weight = 0.3;
        int candidates = 6;
        List<Recommendation> bySimilarity = recommend(recommender.withRatingWeight(0), Walks.ITEMS);
        List<Recommendation> expected = new ArrayList<>();
        for (Recommendation item : bySimilarity) {
            double rating = item.rating().orElseThrow();
            expected.add(new Recommendation(item.item(), item.score() + weight * rating, item.rating()));
        }
        expected.subList(0, candidates)
                .sort(Comparator.comparingDouble(Recommendation::score).reversed());
        List<Recommendation> found =
                recommend(recommender.withRatingWeight(weight).withCandidates(candidates), Walks.ITEMS);
        assertEquals(expected, found);
        assertNotEquals(items(bySimilarity), items(found), "the weight must change something");
    }

    @ParameterizedTest
    @CsvSource({"VALIDATION, 2", "TEST, 1"})
    void ranksHeldOutEventsAsTheEvaluationDoes(LeaveOneOut.Part part, int heldOut) throws IOException {
        Recommender before = recommender.withRatingWeight(0).withoutLast(heldOut);
        RankingMetrics metrics = new RankingMetrics();
        for (int user = 0; user < events.userCount(); user++) {
            int target = events.itemAt(events.start(user + 1) - heldOut);
            metrics.add(before.rankOf(events.userId(user), events.itemId(target)));
        }
        Evaluation evaluation = evaluate(part);
        assertEquals(evaluation.ndcg10(), metrics.ndcg(10), 1e-12);
        assertEquals(evaluation.hitRate10(), metrics.hitRate(10), 1e-12);
        assertEquals(evaluation.mrr(), metrics.mrr(), 1e-12);
    }

    @Test
    void weightsAreTriedOnTheValidationTargets() throws IOException {
        List<RatingWeightTrial> trials = RatingWeightTrial.onValidation(recommender, 0, 0.2, 100);
        Evaluation validation = evaluate(LeaveOneOut.Part.VALIDATION);
        assertEquals(0, trials.get(0).weight());
        assertEquals(validation.ndcg10(), trials.get(0).ndcg10(), 1e-12);
        assertEquals(validation.hitRate10(), trials.get(0).hitRate10(), 1e-12);
        assertTrue(trials.get(0).meanRating() < trials.get(1).meanRating());
        assertTrue(trials.get(1).meanRating() < trials.get(2).meanRating());
        assertNotEquals(trials.get(0).likedNdcg10(), trials.get(2).likedNdcg10());
    }

    @Test
    void rankGivesTheScoresOfRecommendInAnyOrderOfCandidates() {
        Recommender weighted = recommender.withRatingWeight(0.2);
        List<Recommendation> best = recommend(weighted, 8);
        int[] reversed = new int[best.size()];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = best.get(reversed.length - 1 - i).item();
        }
        assertEquals(best, weighted.rank(USER, reversed));
        int seen = seen(USER).iterator().next();
        assertEquals(2, weighted.rank(USER, seen, seen).size(), "seen and repeated candidates stay");
        assertEquals(List.of(), weighted.rank(USER));
    }

    @Test
    void similarItemsAreThoseOfTheNearestEmbeddings() throws IOException {
        HstuModel model = new HstuModel(recommender.config().model(), events.itemCount(), 0);
        RunDirectory.open(run).loadBest(model);
        float[] table = model.itemEmbeddings().toFloats();
        int width = model.config().width();
        int item = 3;
        Map<Integer, List<SimilarItem>> found =
                recommender.recommendToItem(new int[] {item * Walks.ITEM_FACTOR}, Walks.ITEMS);
        List<SimilarItem> similar = found.get(item * Walks.ITEM_FACTOR);
        assertEquals(Walks.ITEMS - 1, similar.size());
        double before = 1;
        for (SimilarItem other : similar) {
            int row = other.item() / Walks.ITEM_FACTOR;
            assertNotEquals(item, row);
            assertEquals(cosine(table, width, item, row), other.similarity(), 1e-5);
            assertTrue(other.similarity() <= before);
            before = other.similarity();
        }
        assertEquals(
                similar.subList(0, 3),
                recommender
                        .recommendToItem(new int[] {item * Walks.ITEM_FACTOR}, 3)
                        .get(item * Walks.ITEM_FACTOR));
    }

    private static double cosine(float[] table, int width, int a, int b) {
        double dot = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < width; i++) {
            dot += table[a * width + i] * table[b * width + i];
            squaresOfA += table[a * width + i] * table[a * width + i];
            squaresOfB += table[b * width + i] * table[b * width + i];
        }
        return dot / Math.sqrt(squaresOfA * squaresOfB);
    }

    @Test
    void unknownIdsAreAnErrorThatNamesThem() {
        assertTold("users without events: [5]", () -> recommender.recommend(new int[] {USER, NOBODY}, 3));
        assertTold("users without events: [5]", () -> recommender.rank(NOBODY, 10));
        assertTold("items without events: [7]", () -> recommender.rank(USER, 10, NOTHING));
        assertTold("items without events: [7]", () -> recommender.recommendToItem(new int[] {10, NOTHING}, 3));
        assertTold("user 5 and item 10", () -> recommender.rankOf(NOBODY, 10));
        assertTold("item 7", () -> recommender.rankOf(USER, NOTHING));
        assertTold("user 5 is unknown", () -> recommender.unseenItems(NOBODY));
    }

    @Test
    void unknownIdsAreSkipped() {
        Recommender skipping = recommender.withUnknown(UnknownIds.SKIP);
        assertEquals(recommender.recommend(new int[] {USER}, 3), skipping.recommend(new int[] {NOBODY, USER}, 3));
        assertEquals(List.of(), skipping.rank(NOBODY, 10));
        assertEquals(recommender.rank(USER, 10), skipping.rank(USER, NOTHING, 10));
        assertEquals(
                recommender.recommendToItem(new int[] {10}, 3), skipping.recommendToItem(new int[] {NOTHING, 10}, 3));
    }

    @Test
    void unknownIdsGetThePopularItems() {
        Recommender popular = recommender.withUnknown(UnknownIds.POPULAR);
        List<Recommendation> best =
                popular.recommend(new int[] {NOBODY}, Walks.ITEMS).get(NOBODY);
        assertEquals(1, best.stream().mapToDouble(Recommendation::score).sum(), 1e-9, "shares of all events");
        for (int i = 1; i < best.size(); i++) {
            assertTrue(best.get(i).score() <= best.get(i - 1).score());
        }
        best.forEach(item -> assertEquals(
                1 + (item.item() / Walks.ITEM_FACTOR - 1) % 5, item.rating().orElseThrow(), 1e-9, "the mean rating"));
        assertEquals(
                items(best.subList(0, 3)),
                popular.recommendToItem(new int[] {NOTHING}, 3).get(NOTHING).stream()
                        .map(SimilarItem::item)
                        .toList());
        assertEquals(
                best,
                popular.rank(
                        NOBODY, items(best).stream().sorted().mapToInt(i -> i).toArray()),
                "the first given of equal ones first");
        assertEquals(recommender.rank(USER, 10), popular.rank(USER, NOTHING, 10));
        assertEquals(recommender.recommend(new int[] {USER}, 3), popular.recommend(new int[] {USER}, 3));
    }

    @Test
    void usersWhoseEventsAreAllHeldOutAreUnknown() {
        Recommender none = recommender.withoutLast(Walks.EVENTS);
        assertTold("users without events", () -> none.recommend(new int[] {USER}, 3));
        List<Recommendation> best = none.withUnknown(UnknownIds.POPULAR)
                .recommend(new int[] {USER}, 3)
                .get(USER);
        assertEquals(List.of(10, 20, 30), items(best), "nothing is more popular than anything else");
        assertFalse(recommend(recommender.withoutLast(Walks.EVENTS - 1), 3).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper", "position-only", "sasrec"})
    void modelsWithoutRatingsRankBySimilarityAlone(String preset) throws IOException {
        Recommender other = Walks.fit(preset, folder.resolve(preset));
        assertFalse(other.predictsRatings());
        List<Recommendation> best = recommend(other, Walks.ITEMS);
        assertTrue(best.stream().allMatch(item -> item.rating().isEmpty()));
        assertEquals(best, recommend(other.withRatingWeight(50), Walks.ITEMS));
        assertEquals(best, recommend(Recommender.load(folder.resolve(preset)), Walks.ITEMS));
        for (int place = 1; place <= best.size(); place++) {
            assertEquals(place, other.rankOf(USER, best.get(place - 1).item()));
            assertEquals(best.subList(0, place), recommend(other.withCandidates(1), place));
        }
        assertTold("preset " + preset + " predicts no ratings", () -> RatingWeightTrial.onValidation(other, 0.1));
    }

    /** The figures of an evaluation with query time are those of requests at the targets' times. */
    @Test
    void aRequestHasATime() throws IOException {
        Path paper = folder.resolve("query-time");
        Recommender before = Walks.fit("paper", paper).withoutLast(1);
        assertTrue(before.hasQueryTime());
        assertFalse(recommender.hasQueryTime());
        RankingMetrics atTarget = new RankingMetrics();
        RankingMetrics atLast = new RankingMetrics();
        for (int user = 0; user < events.userCount(); user++) {
            int target = events.start(user + 1) - 1;
            int item = events.itemId(events.itemAt(target));
            long time = events.timestampAt(target) + 40_000_000;
            atTarget.add(before.rankOf(events.userId(user), item, events.timestampAt(target)));
            atLast.add(before.rankOf(events.userId(user), item));
            int[] users = {events.userId(user)};
            List<Recommendation> later =
                    before.recommend(users, Walks.ITEMS, true, time).get(users[0]);
            int[] items = later.stream().mapToInt(Recommendation::item).toArray();
            assertEquals(later, before.rank(users[0], items, time));
            assertEquals(1, before.rankOf(users[0], items[0], time));
            assertNotEquals(later, before.recommend(users, Walks.ITEMS).get(users[0]));
            assertEquals(
                    before.recommend(users, 5),
                    before.recommend(users, 5, true, events.timestampAt(target - 1)),
                    "the last event's time");
        }
        LeaveOneOut split = new LeaveOneOut(events, before.config().model().maxLength());
        HstuModel model = new HstuModel(before.config().model(), events.itemCount(), 0);
        RunDirectory.open(paper).loadBest(model);
        try (Evaluator evaluator = new Evaluator(model, split)) {
            assertEquals(evaluator.evaluate(LeaveOneOut.Part.TEST).mrr(), atTarget.mrr(), 1e-12);
            assertEquals(evaluator.evaluate(LeaveOneOut.Part.TEST, false).mrr(), atLast.mrr(), 1e-12);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"article", "paper"})
    void keptCachesChangeNoAnswer(String preset) throws IOException {
        Recommender anew = Walks.fit(preset, folder.resolve("cached-" + preset));
        Recommender kept = anew.withCaches(1 << 26);
        for (Recommender other : List.of(kept, anew.withCaches(1), anew.withCaches(3000))) {
            for (int round = 0; round < 2; round++) {
                for (int user = 0; user < events.userCount(); user++) {
                    int[] users = {events.userId(user)};
                    long later = events.timestampAt(events.start(user + 1) - 1) + 5_000_000;
                    assertEquals(anew.recommend(users, 7), other.recommend(users, 7));
                    assertEquals(anew.recommend(users, 7, true, later), other.recommend(users, 7, true, later));
                    assertEquals(anew.rank(users[0], 10, 20), other.rank(users[0], 10, 20));
                }
            }
        }
        int[] users = {USER};
        assertEquals(
                anew.withoutLast(1).recommend(users, 7), kept.withoutLast(1).recommend(users, 7), "other histories");
        assertThrows(IllegalArgumentException.class, () -> anew.withCaches(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyThreadsGetTheAnswersOfOne(boolean exact) throws Exception {
        Recommender shared = (exact ? recommender : recommender.withApproximateSearch(HnswIndex.Settings.DEFAULT))
                .withCaches(1 << 26);
        List<Callable<Object>> requests = new ArrayList<>();
        for (int user = 0; user < events.userCount(); user++) {
            int[] users = {events.userId(user)};
            int[] items = {Walks.ITEM_FACTOR * (1 + user % Walks.ITEMS)};
            requests.add(() -> shared.recommend(users, 5));
            requests.add(() -> shared.rank(users[0], items[0], 10));
            requests.add(() -> shared.recommendToItem(items, 5));
        }
        List<Object> expected = new ArrayList<>();
        for (Callable<Object> request : requests) {
            expected.add(request.call());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 5; round++) {
                List<Object> answers = new ArrayList<>();
                for (Future<Object> answer : threads.invokeAll(requests)) {
                    answers.add(answer.get());
                }
                assertEquals(expected, answers);
            }
        }
    }

    /** The graph of a catalogue so small leads everywhere. */
    @Test
    void approximateSearchFindsTheSameInASmallCatalogue() {
        Recommender approximate = recommender.withApproximateSearch(HnswIndex.Settings.DEFAULT);
        for (int k : new int[] {1, 5, Walks.ITEMS}) {
            assertEquals(recommend(recommender, k), recommend(approximate, k));
        }
        List<SimilarItem> exact = recommender.recommendToItem(new int[] {10}, 4).get(10);
        List<SimilarItem> similar =
                approximate.recommendToItem(new int[] {10}, 4).get(10);
        assertEquals(
                exact.stream().map(SimilarItem::item).toList(),
                similar.stream().map(SimilarItem::item).toList());
        for (int i = 0; i < exact.size(); i++) {
            assertEquals(exact.get(i).similarity(), similar.get(i).similarity(), 1e-6);
        }
    }

    @Test
    void heldOutEventsLeaveNoTrace() {
        int user = events.user(USER);
        int last = events.itemId(events.itemAt(events.start(user + 1) - 1));
        assertFalse(items(recommend(recommender, Walks.ITEMS)).contains(last));
        assertTrue(items(recommend(recommender.withoutLast(1), Walks.ITEMS)).contains(last));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void countsMustBePositive(int k) {
        assertTold("k must be positive, found " + k, () -> recommender.recommend(new int[] {USER}, k));
        assertTold("k must be positive, found " + k, () -> recommender.recommendToItem(new int[] {10}, k));
    }

    @Test
    void settingsAreChecked() {
        assertTold("must be finite, found NaN", () -> recommender.withRatingWeight(Double.NaN));
        assertTold("must not be negative, found -1", () -> recommender.withCandidates(-1));
        assertTold("must not be negative, found -1", () -> recommender.withoutLast(-1));
    }

    private static void assertTold(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
