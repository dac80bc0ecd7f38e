package dev.lanner.hstu.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.model.Encoded;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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

    @Property(tries = 50)
    void everyCandidateHasTheRatingOfAFullForwardPass(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 1, max = Served.LONGEST) int length,
            @ForAll boolean wholeVectors,
            @ForAll @IntRange(min = 1, max = 50) int microbatch,
            @ForAll @LongRange(max = 40 * DAY) long later) {
        HstuModel model = Served.model(wholeVectors ? Served.config(16, 1, true) : Served.config(6, 2, true), seed);
        MFalcon falcon = new MFalcon(model, microbatch);
        History history = Served.history(seed, length);
        KvCache cache = falcon.encode(history);
        int[] candidates = Served.shuffled(seed, Served.catalogue());
        long time = cache.lastTime() + later;
        float[] expected = Served.fullForward(model, history, time, candidates);
        assertClose(expected, falcon.score(cache, time, candidates).ratings());
    }

    /** What is served is what was trained: the target behind each event of a training batch, rated as a candidate behind it. */
    @Property(tries = 20)
    void trainingRatesTheTargetsAsServingRatesCandidates(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 1, max = Served.LONGEST) int length,
            @ForAll boolean targetAware) {
        HstuModel model = Served.model(Served.config(6, 2, targetAware), seed);
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
                        Tensor.concat(0, Tensor.of(new long[] {5}, 1), Tensor.of(history.times(), length))),
                Tensor.concat(0, Tensor.of(new int[] {9}, 1), ids),
                Tensor.concat(0, Tensor.of(new long[] {6}, 1), Tensor.of(times, length)));
        float[] trained =
                model.ratings(encoded.ratingStates().narrow(0, 1, length), ids).toFloats();
        float[] served = new float[length];
        for (int i = 0; i < length; i++) {
            KvCache cache = falcon.encode(Served.first(history, i + 1));
            served[i] = falcon.score(cache, times[i], targets.items()[i]).ratings()[0];
        }
        assertClose(trained, served);
    }

    /** What a history of L events is measured by is, for a shorter one, the model's own forward pass. */
    @Property(tries = 20)
    void theLongerTableChangesNothingForShorterSequences(
            @ForAll @LongRange(max = 1000) long seed, @ForAll @IntRange(min = 1, max = Served.LONGEST) int length) {
        HstuModel model = Served.model(Served.config(6, 2, true), seed);
        History history = Served.history(seed, length);
        Sequences sequences = new Sequences(
                Tensor.of(new int[] {0, length}, 2),
                Tensor.of(history.items(), length),
                Tensor.of(history.actions(), length),
                Tensor.of(history.times(), length));
        assertArrayEquals(
                model.encode(sequences).toFloats(),
                model.encodeWithCandidates(sequences).toFloats());
    }

    @Property(tries = 50)
    void orderAndMicrobatchesChangeNoBit(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 1, max = Served.LONGEST) int length,
            @ForAll @IntRange(min = 1, max = 50) int microbatch) {
        HstuModel model = Served.model(Served.config(16, 2, true), seed);
        History history = Served.history(seed, length);
        MFalcon whole = new MFalcon(model);
        CandidateScores straight = whole.score(whole.encode(history), Served.catalogue());
        MFalcon parts = new MFalcon(model, microbatch);
        int[] candidates = Served.shuffled(seed, Served.catalogue());
        CandidateScores mixed = parts.score(parts.encode(history), candidates);
        for (int i = 0; i < candidates.length; i++) {
            int item = candidates[i];
            assertEquals(straight.ratings()[item - 1], mixed.ratings()[i], "rating of " + item);
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

    @Property(tries = 50)
    void appendingGivesTheBitsOfEncodingAgain(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 2, max = Served.LONGEST) int length,
            @ForAll @IntRange(min = 1, max = 8) int start,
            @ForAll boolean wholeVectors) {
        HstuModel model = Served.model(wholeVectors ? Served.config(32, 1, true) : Served.config(6, 2, true), seed);
        MFalcon falcon = new MFalcon(model);
        History history = Served.history(seed, length);
        int from = Math.min(start, length - 1);
        KvCache grown = falcon.encode(Served.first(history, from));
        for (int i = from; i < length; i++) {
            grown = falcon.append(grown, history.items()[i], history.actions()[i], history.times()[i]);
        }
        assertSame(model, falcon.encode(history), grown);
        assertEquals(length, grown.length());
        assertScores(falcon, falcon.encode(history), grown);
    }

    private static void assertSame(HstuModel model, KvCache expected, KvCache actual) {
        for (int block = 0; block < model.config().blocks(); block++) {
            assertArrayEquals(
                    expected.history(block).keys().toFloats(),
                    actual.history(block).keys().toFloats(),
                    "keys of block " + block);
            assertArrayEquals(
                    expected.history(block).values().toFloats(),
                    actual.history(block).values().toFloats(),
                    "values of block " + block);
        }
        assertArrayEquals(
                expected.history(0).times().toLongs(), actual.history(0).times().toLongs());
        assertArrayEquals(expected.lastState().toFloats(), actual.lastState().toFloats());
        assertEquals(expected.lastTime(), actual.lastTime());
    }

    private static void assertScores(MFalcon falcon, KvCache expected, KvCache actual) {
        CandidateScores one = falcon.score(expected, Served.catalogue());
        CandidateScores other = falcon.score(actual, Served.catalogue());
        assertArrayEquals(one.ratings(), other.ratings());
        assertArrayEquals(one.retrieval(), other.retrieval());
    }

    @Property(tries = 20)
    void severalCachesGrowOutOfOne(@ForAll @LongRange(max = 1000) long seed) {
        HstuModel model = Served.model(Served.config(16, 1, true), seed);
        MFalcon falcon = new MFalcon(model);
        History history = Served.history(seed, 6);
        KvCache five = falcon.encode(Served.first(history, 5));
        CandidateScores before = falcon.score(five, Served.catalogue());
        KvCache other = falcon.append(five, 1, 1, history.times()[5]);
        KvCache six = falcon.append(five, history.items()[5], history.actions()[5], history.times()[5]);
        assertSame(model, falcon.encode(history), six);
        assertEquals(6, other.length());
        assertArrayEquals(
                before.ratings(), falcon.score(five, Served.catalogue()).ratings());
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
        assertArrayEquals(expected, falcon.score(cache, candidates).ratings());
        assertArrayEquals(
                falcon.score(cache, candidates).ratings(),
                falcon.score(cache, cache.lastTime() + 90 * DAY, candidates).ratings(),
                "nothing stands at the time of the request");
    }

    @Example
    void theTimeOfTheRequestCounts() {
        MFalcon falcon = new MFalcon(Served.model(Served.config(16, 1, true), 3));
        KvCache cache = falcon.encode(Served.history(3, 4));
        float[] now = falcon.score(cache, 7).ratings();
        assertArrayEquals(now, falcon.score(cache, cache.lastTime(), 7).ratings());
        assertFalse(Arrays.equals(
                now, falcon.score(cache, cache.lastTime() + 90 * DAY, 7).ratings()));
    }

    @Example
    void aFullCacheTakesNoMoreAndALongHistoryIsCut() {
        HstuModel model = Served.model(Served.config(16, 1, true), 5);
        MFalcon falcon = new MFalcon(model);
        History history = Served.history(5, 2 * Served.LONGEST);
        KvCache cache = falcon.encode(history);
        assertEquals(Served.LONGEST, cache.length());
        assertSame(model, falcon.encode(history.mostRecent(Served.LONGEST)), cache);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> falcon.append(cache, 1, 1, cache.lastTime()));
        assertTrue(e.getMessage().startsWith("append: the cache has its 9 events; encode"), e::getMessage);
    }

    @Example
    void mistakesAreNamed() {
        MFalcon falcon = new MFalcon(Served.model(Served.config(16, 1, true), 5));
        KvCache cache = falcon.encode(Served.history(5, 3));
        assertEquals(
                "score: a candidate must be in 1..41, found 42 at position 1",
                assertThrows(IllegalArgumentException.class, () -> falcon.score(cache, 1, new int[] {2, 42}))
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
        assertThrows(IllegalArgumentException.class, () -> new MFalcon(falcon.model(), 0));
        assertEquals(0, falcon.score(cache, new int[0]).ratings().length);
        MFalcon other = new MFalcon(falcon.model());
        assertEquals(
                "cache: was encoded by another model, or by this one before it was trained further; encode again",
                assertThrows(IllegalArgumentException.class, () -> other.score(cache, 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> other.append(cache, 1, 1, 1));
    }

    /** A seldom order of threads would show as other bits. */
    @Example
    void manyThreadsGetTheBitsOfOne() throws Exception {
        HstuModel model = Served.model(Served.config(16, 2, true), 8);
        MFalcon falcon = new MFalcon(model, 16);
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
