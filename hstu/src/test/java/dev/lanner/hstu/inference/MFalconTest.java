package dev.lanner.hstu.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.model.Encoded;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.KeyValues;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class MFalconTest {
    private static final double RELATIVE = 1e-5;
    private static final long DAY = 86_400;

    private static void assertClose(float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], RELATIVE * Math.abs(expected[i]), "candidate " + i);
        }
    }

    private static HstuModel model(Served.Kind kind, long seed) {
        return Served.model(kind.config(), seed);
    }

    /** The state is the same bits, and so are the scores but for the order of the sums in the heads. */
    @Property(tries = 200)
    void scoresAreThoseOfAFullForwardPass(
            @ForAll Served.Kind kind,
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 1, max = 2 * Served.LONGEST) int length,
            @ForAll @IntRange(min = 1, max = 50) int microbatch,
            @ForAll @LongRange(min = -DAY, max = 40 * DAY) long later) {
        HstuModel model = model(kind, seed);
        MFalcon falcon = new MFalcon(model, microbatch);
        FullForward full = new FullForward(model);
        History history = Served.history(seed, length);
        int[] candidates = Served.shuffled(seed, Served.catalogue());
        long time = history.times()[length - 1] + later;
        KvCache cache = falcon.at(falcon.encode(history), time);
        assertEquals(time, cache.queryTime());
        assertArrayEquals(full.state(history, time).toFloats(), cache.state());
        CandidateScores scores = falcon.score(cache, candidates);
        assertArrayEquals(full.retrieval(history, time, candidates), scores.retrieval(), 1e-6f);
        if (model.predictsRatings()) {
            assertClose(full.ratings(history, time, candidates), scores.ratings());
        } else {
            assertEquals(0, scores.ratings().length);
        }
    }

    /** A softmax is computed tile by tile, and its bits depend on the tiles. */
    @Example
    void historiesOfSeveralTilesHaveTheBitsOfAFullForwardPass() {
        int longest = 100;
        for (Served.Kind kind : Served.Kind.values()) {
            HstuModel model = Served.model(kind.config(longest), 4);
            MFalcon falcon = new MFalcon(model);
            FullForward full = new FullForward(model);
            History history = Served.history(4, longest);
            KvCache cache = falcon.encode(Served.first(history, 1));
            for (int length = 2; length <= longest; length++) {
                int i = length - 1;
                cache = falcon.append(cache, history.items()[i], history.actions()[i], history.times()[i]);
                long time = history.times()[i] + 5 * DAY;
                History shorter = Served.first(history, length);
                assertArrayEquals(
                        full.state(shorter, time).toFloats(),
                        falcon.at(cache, time).state(),
                        kind + " of " + length + " events");
            }
            assertSame(falcon.encode(history), cache);
        }
    }

    /** What is served is what was trained: the target behind each event of a training batch, rated as a candidate behind it. */
    @Property(tries = 20)
    void trainingRatesTheTargetsAsServingRatesCandidates(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 1, max = Served.LONGEST) int length,
            @ForAll("rating") Served.Kind kind) {
        HstuModel model = model(kind, seed);
        MFalcon falcon = new MFalcon(model);
        History history = Served.history(seed, length);
        History targets = Served.history(seed + 1, length);
        long[] times = new long[length];
        for (int i = 0; i < length; i++) {
            times[i] = history.times()[i] + seed * 10_000;
        }
        // A sequence in front, so that the second does not begin with the first row.
        Tensor ids = Tensor.of(targets.items(), length);
        Encoded encoded = model.encode(
                new Sequences(
                        Tensor.of(new int[] {0, 1, 1 + length}, 3),
                        Tensor.concat(0, Tensor.of(new int[] {3}, 1), Tensor.of(history.items(), length)),
                        Tensor.concat(0, Tensor.of(new int[] {2}, 1), Tensor.of(history.actions(), length)),
                        Tensor.zeros(DType.I32, Shape.of(1 + length)),
                        Tensor.concat(0, Tensor.of(new long[] {5}, 1), Tensor.of(history.times(), length)),
                        Tensor.concat(0, Tensor.of(new long[] {6}, 1), Tensor.of(times, length))),
                Tensor.concat(0, Tensor.of(new int[] {9}, 1), ids));
        float[] trained =
                model.ratings(encoded.ratingStates().narrow(0, 1, length), ids).toFloats();
        float[] served = new float[length];
        for (int i = 0; i < length; i++) {
            KvCache cache = falcon.encode(Served.first(history, i + 1));
            served[i] =
                    falcon.score(falcon.at(cache, times[i]), targets.items()[i]).ratings()[0];
        }
        assertClose(trained, served);
    }

    @Provide
    Arbitrary<Served.Kind> rating() {
        return Arbitraries.of(Served.Kind.ARTICLE, Served.Kind.LAST_STATE, Served.Kind.OWN_WIDTHS);
    }

    /** What a history of L events is measured by is, for a shorter one, the model's own forward pass. */
    @Property(tries = 20)
    void theLongerTableChangesNothingForShorterSequences(
            @ForAll @LongRange(max = 1000) long seed, @ForAll @IntRange(min = 1, max = Served.LONGEST) int length) {
        HstuModel model = Served.model(Served.config(6, 2, true), seed);
        History history = Served.history(seed, length);
        Sequences sequences = Sequences.forCandidates(
                Tensor.of(new int[] {0, length}, 2),
                Tensor.of(history.items(), length),
                Tensor.of(history.actions(), length),
                Tensor.of(history.times(), length));
        assertArrayEquals(
                model.encode(sequences).toFloats(),
                model.encodeWithCandidates(sequences).toFloats());
    }

    @Example
    void whatServesOutlivesTheScopeThatItWasMadeIn() {
        HstuModel model = Served.model(Served.config(6, 2, true), 5);
        MFalcon outside = new MFalcon(model);
        History history = Served.history(5, 7);
        CandidateScores expected = outside.score(outside.encode(history), Served.catalogue());
        MFalcon falcon;
        KvCache cache;
        try (Scope scope = Scope.open()) {
            falcon = new MFalcon(model);
            cache = falcon.encode(history);
        }
        Served.overwriteWhatIsReleased();
        CandidateScores scores = falcon.score(cache, Served.catalogue());
        assertArrayEquals(expected.ratings(), scores.ratings());
        assertArrayEquals(expected.retrieval(), scores.retrieval());
    }

    @Property(tries = 50)
    void orderAndMicrobatchesChangeNoBit(
            @ForAll Served.Kind kind,
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 1, max = Served.LONGEST) int length,
            @ForAll @IntRange(min = 1, max = 50) int microbatch) {
        HstuModel model = model(kind, seed);
        History history = Served.history(seed, length);
        MFalcon whole = new MFalcon(model);
        CandidateScores straight = whole.score(whole.encode(history), Served.catalogue());
        MFalcon parts = new MFalcon(model, microbatch);
        int[] candidates = Served.shuffled(seed, Served.catalogue());
        CandidateScores mixed = parts.score(parts.encode(history), candidates);
        for (int i = 0; i < candidates.length; i++) {
            int item = candidates[i];
            if (model.predictsRatings()) {
                assertEquals(straight.ratings()[item - 1], mixed.ratings()[i], "rating of " + item);
            }
            assertEquals(straight.retrieval()[item - 1], mixed.retrieval()[i], "score of " + item);
        }
    }

    @Property(tries = 50)
    void swappingTwoCandidatesSwapsTheirScores(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(max = Served.ITEMS - 1) int one,
            @ForAll @IntRange(max = Served.ITEMS - 1) int other) {
        MFalcon falcon = new MFalcon(Served.model(Served.config(16, 1, true), seed), 7);
        KvCache cache = falcon.encode(Served.history(seed, 5));
        int[] candidates = Served.catalogue();
        CandidateScores before = falcon.score(cache, candidates);
        candidates[one] = other + 1;
        candidates[other] = one + 1;
        CandidateScores after = falcon.score(cache, candidates);
        assertEquals(before.ratings()[one], after.ratings()[other]);
        assertEquals(before.ratings()[other], after.ratings()[one]);
        assertEquals(before.retrieval()[one], after.retrieval()[other]);
        before.ratings()[one] = after.ratings()[one];
        before.ratings()[other] = after.ratings()[other];
        assertArrayEquals(before.ratings(), after.ratings());
    }

    @Property(tries = 200)
    void appendingGivesTheBitsOfEncodingAgain(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 2, max = Served.LONGEST) int length,
            @ForAll @IntRange(min = 1, max = 8) int start,
            @ForAll Served.Kind kind,
            @ForAll boolean wholeVectors) {
        HstuConfig config = kind.config();
        HstuModel model = Served.model(
                wholeVectors ? config.with("attention.queryWidth", 16).with("attention.valueWidth", 32) : config, seed);
        MFalcon falcon = new MFalcon(model);
        History history = Served.history(seed, length);
        int from = Math.min(start, length - 1);
        KvCache grown = falcon.encode(Served.first(history, from));
        for (int i = from; i < length; i++) {
            // For which time a cache is has no say in what it becomes.
            grown = falcon.append(falcon.at(grown, seed), history.items()[i], history.actions()[i], history.times()[i]);
        }
        assertSame(falcon.encode(history), grown);
        assertEquals(length, grown.length());
        assertScores(falcon, falcon.encode(history), grown);
    }

    private static void assertSame(KvCache expected, KvCache actual) {
        assertEquals(expected.settled(), actual.settled());
        for (int block = 0; block < 3; block++) {
            BlockRows right = BlockRows.of(expected, block);
            BlockRows found = BlockRows.of(actual, block);
            assertArrayEquals(right.keys(), found.keys(), "keys of block " + block);
            assertArrayEquals(right.values(), found.values(), "values of block " + block);
            assertArrayEquals(right.times(), found.times());
        }
        assertArrayEquals(expected.lastState().toFloats(), actual.lastState().toFloats());
        assertEquals(expected.lastTime(), actual.lastTime());
        assertEquals(expected.queryTime(), actual.queryTime());
        assertEquals(expected.length(), actual.length());
    }

    /** The rows of one block. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record BlockRows(float[] keys, float[] values, long[] times) {
        static BlockRows of(KvCache cache, int block) {
            KeyValues rows = cache.rows().history(block, cache.settled());
            return new BlockRows(
                    rows.keys().toFloats(),
                    rows.values().toFloats(),
                    rows.times().toLongs());
        }
    }

    private static void assertScores(MFalcon falcon, KvCache expected, KvCache actual) {
        CandidateScores one = falcon.score(expected, Served.catalogue());
        CandidateScores other = falcon.score(actual, Served.catalogue());
        assertArrayEquals(one.ratings(), other.ratings());
        assertArrayEquals(one.retrieval(), other.retrieval());
    }

    @Property(tries = 40)
    void severalCachesGrowOutOfOne(@ForAll Served.Kind kind, @ForAll @LongRange(max = 1000) long seed) {
        MFalcon falcon = new MFalcon(model(kind, seed));
        History history = Served.history(seed, 7);
        KvCache five = falcon.encode(Served.first(history, 5));
        CandidateScores before = falcon.score(five, Served.catalogue());
        KvCache other = falcon.append(five, 1, 1, history.times()[5] + 3 * DAY);
        falcon.append(other, 2, 1, history.times()[5] + 9 * DAY);
        KvCache seven = five;
        for (int i = 5; i < 7; i++) {
            seven = falcon.append(seven, history.items()[i], history.actions()[i], history.times()[i]);
        }
        assertSame(falcon.encode(history), seven);
        assertEquals(6, other.length());
        CandidateScores after = falcon.score(five, Served.catalogue());
        assertArrayEquals(before.ratings(), after.ratings());
        assertArrayEquals(before.retrieval(), after.retrieval());
    }

    @Example
    void retrievalScoresAreTheModelsOwn() {
        HstuModel model = Served.model(Served.config(16, 1, true), 3);
        MFalcon falcon = new MFalcon(model);
        KvCache cache = falcon.encode(Served.history(3, 4));
        float[] scores = model.scores(cache.lastState()).toFloats();
        float[] retrieval = falcon.score(cache, Served.catalogue()).retrieval();
        for (int item = 1; item <= Served.ITEMS; item++) {
            assertEquals(scores[item], retrieval[item - 1], 1e-6, "item " + item);
        }
    }

    @Example
    void withoutTargetAwarenessRatingsComeFromTheLastState() {
        HstuModel model = Served.model(Served.config(16, 1, false), 3);
        MFalcon falcon = new MFalcon(model, 10);
        KvCache cache = falcon.encode(Served.history(3, 4));
        int[] candidates = {5, 1, 5, 40};
        Tensor states = Tensor.concat(0, cache.lastState(), cache.lastState(), cache.lastState(), cache.lastState());
        float[] expected = model.ratings(states, Tensor.of(candidates, 4)).toFloats();
        assertClose(expected, falcon.score(cache, candidates).ratings());
        assertArrayEquals(
                falcon.score(cache, candidates).ratings(),
                falcon.score(falcon.at(cache, cache.lastTime() + 90 * DAY), candidates)
                        .ratings(),
                "nothing stands at the time of the request");
    }

    @Example
    void theTimeOfTheRequestCounts() {
        for (Served.Kind kind : Served.Kind.values()) {
            HstuModel model = model(kind, 3);
            MFalcon falcon = new MFalcon(model);
            KvCache cache = falcon.encode(Served.history(3, 4));
            KvCache later = falcon.at(cache, cache.lastTime() + 90 * DAY);
            assertEquals(cache.lastTime(), later.lastTime());
            CandidateScores now = falcon.score(cache, 7);
            CandidateScores then = falcon.score(later, 7);
            assertArrayEquals(
                    now.retrieval(),
                    falcon.score(falcon.at(later, cache.lastTime()), 7).retrieval());
            boolean ofState = model.config().attention().queryTime();
            assertEquals(ofState, !Arrays.equals(now.retrieval(), then.retrieval()), kind + ": retrieval");
            boolean ofRating = model.config().loss().ratingTargetAware() || (ofState && model.predictsRatings());
            assertEquals(ofRating, !Arrays.equals(now.ratings(), then.ratings()), kind + ": ratings");
        }
    }

    @Example
    void aFullCacheTakesNoMoreAndALongHistoryIsCut() {
        for (Served.Kind kind : Served.Kind.values()) {
            MFalcon falcon = new MFalcon(model(kind, 5));
            History history = Served.history(5, 2 * Served.LONGEST);
            KvCache cache = falcon.encode(history);
            assertEquals(Served.LONGEST, cache.length());
            assertSame(falcon.encode(history.mostRecent(Served.LONGEST)), cache);
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> falcon.append(cache, 1, 1, cache.lastTime()));
            assertTrue(e.getMessage().startsWith("append: the cache has its 9 events; encode"), e::getMessage);
        }
    }

    @Example
    void mistakesAreNamed() {
        MFalcon falcon = new MFalcon(Served.model(Served.config(16, 1, true), 5));
        KvCache cache = falcon.encode(Served.history(5, 3));
        KvCache later = falcon.at(cache, 1);
        assertEquals(
                "score: a candidate must be in 1..41, found 42 at position 1",
                assertThrows(IllegalArgumentException.class, () -> falcon.score(later, 2, 42))
                        .getMessage());
        assertEquals(
                "append: an event's item must be in 1..41 and its action in 1..3, found 0 and 1",
                assertThrows(IllegalArgumentException.class, () -> falcon.append(cache, 0, 1, 1))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> falcon.encode(new History(new int[] {1}, new int[] {4}, new long[1])));
        assertThrows(IllegalArgumentException.class, () -> new History(new int[0], new int[0], new long[0]));
        assertThrows(IllegalArgumentException.class, () -> new History(new int[1], new int[2], new long[1]));
        assertEquals(
                "history: events must be in the order of time, found time 4 of event 2 after 5",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new History(new int[3], new int[3], new long[] {5, 5, 4}))
                        .getMessage());
        long last = cache.lastTime();
        assertEquals(
                "append: an event must not be before the last one's time " + last + ", found " + (last - 1),
                assertThrows(IllegalArgumentException.class, () -> falcon.append(cache, 1, 1, last - 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new MFalcon(falcon.model(), 0));
        assertEquals(0, falcon.score(cache, new int[0]).ratings().length);
        MFalcon other = new MFalcon(falcon.model());
        assertEquals(
                "cache: was encoded by another model, or by this one before it was trained further; encode again",
                assertThrows(IllegalArgumentException.class, () -> other.score(cache, 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> other.append(cache, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> other.at(cache, 1));
    }

    /** A seldom order of threads would show as other bits. */
    @Example
    void manyThreadsGetTheBitsOfOne() throws Exception {
        manyThreadsGetTheBitsOfOne(Served.Kind.ARTICLE);
        manyThreadsGetTheBitsOfOne(Served.Kind.QUERY_TIME_SOFTMAX);
    }

    private static void manyThreadsGetTheBitsOfOne(Served.Kind kind) throws Exception {
        MFalcon falcon = new MFalcon(model(kind, 8), 16);
        History history = Served.history(8, Served.LONGEST);
        KvCache start = falcon.encode(Served.first(history, 4));
        List<CandidateScores> expected = grow(falcon, start, history);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<List<CandidateScores>>> runs = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                // All begin with one cache: who appends first gets its spare rows, the others copy.
                runs.add(threads.submit(() -> grow(falcon, start, history)));
            }
            for (Future<List<CandidateScores>> run : runs) {
                for (int i = 0; i < expected.size(); i++) {
                    assertArrayEquals(
                            expected.get(i).ratings(), run.get().get(i).ratings());
                    assertArrayEquals(
                            expected.get(i).retrieval(), run.get().get(i).retrieval());
                }
            }
        }
    }

    private static List<CandidateScores> grow(MFalcon falcon, KvCache start, History history) {
        List<CandidateScores> scores = new ArrayList<>();
        KvCache cache = start;
        for (int i = start.length(); i < history.length(); i++) {
            cache = falcon.append(cache, history.items()[i], history.actions()[i], history.times()[i]);
            scores.add(falcon.score(cache, Served.catalogue()));
        }
        return scores;
    }
}
