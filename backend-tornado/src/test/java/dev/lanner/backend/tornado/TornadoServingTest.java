package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.inference.CandidateScores;
import dev.lanner.hstu.inference.History;
import dev.lanner.hstu.inference.KvCache;
import dev.lanner.hstu.inference.MFalcon;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.InitialValues;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** M-FALCON on the device: the states and scores of the CPU, of candidates in microbatches, after appending and at other times. */
class TornadoServingTest {
    private static final double RELATIVE = 1e-5;
    private static final int ITEMS = 41;
    private static final int LONGEST = 12;
    private static final int MICROBATCH = 17;
    private static final long DAY = 86_400;
    private static final InitialValues SPREAD = new InitialValues(InitialValues.Distribution.NORMAL, 1);

    /** Models that are served in different ways. */
    enum Served {
        /** By SiLU; candidates have states of their own, from which they are rated. */
        ARTICLE,
        /** By a softmax, with query time; ratings from the state after the last event. */
        SOFTMAX,
        /** SASRec's blocks, without ratings. */
        SASREC;

        private HstuConfig config() {
            return switch (this) {
                case ARTICLE ->
                    small("article").with("loss.ratingTargetAware", true).with("initial.input.scale", 5);
                case SOFTMAX ->
                    small("paper").with("attention.activation", "SOFTMAX").with("loss.ratingWeight", 0.3);
                case SASREC -> small("sasrec");
            };
        }

        private static HstuConfig small(String preset) {
            return HstuConfig.preset(preset)
                    .with("width", 8)
                    .with("blocks", 2)
                    .with("maxLength", LONGEST)
                    .with("attention.heads", 2)
                    .with("attention.queryWidth", 4)
                    .with("attention.valueWidth", 4)
                    .with("attention.divisor", LONGEST)
                    .with("initial.positionBias", SPREAD)
                    .with("initial.timeBias", SPREAD)
                    .with("initial.projection.scale", 0.7);
        }
    }

    private static History history(int length) {
        return new History(
                IntStream.range(0, length).map(i -> 1 + 7 * i % ITEMS).toArray(),
                IntStream.range(0, length).map(i -> 1 + i % 3).toArray(),
                IntStream.range(0, length)
                        .mapToLong(i -> 978_300_000L + DAY * i * i)
                        .toArray());
    }

    /** States, scores and ratings of one history as it grows from 9 events to its full length. */
    private static List<float[]> serve(String backend, Served served) {
        try (Backends.Use use = Backends.use(Backends.get(backend))) {
            MFalcon falcon = new MFalcon(new HstuModel(served.config(), ITEMS, 1), MICROBATCH);
            History history = history(LONGEST);
            // The whole catalogue but for one, so that items are neighbours in some microbatches and in others are not.
            int[] candidates =
                    IntStream.rangeClosed(1, ITEMS).filter(item -> item != 20).toArray();
            KvCache cache = falcon.encode(history(9));
            List<float[]> results = new ArrayList<>();
            add(falcon, cache, candidates, results);
            for (int i = cache.length(); i < LONGEST; i++) {
                cache = falcon.append(cache, history.items()[i], history.actions()[i], history.times()[i]);
                add(falcon, cache, candidates, results);
            }
            add(falcon, falcon.at(cache, cache.lastTime() + 3 * DAY), candidates, results);
            return results;
        }
    }

    private static void add(MFalcon falcon, KvCache cache, int[] candidates, List<float[]> results) {
        CandidateScores scores = falcon.score(cache, candidates);
        results.addAll(List.of(cache.state(), scores.retrieval(), scores.ratings()));
    }

    @ParameterizedTest
    @EnumSource
    void scoresAreThoseOfTheCpu(Served served) {
        List<float[]> expected = serve("cpu", served);
        List<float[]> actual = serve(TornadoBackend.NAME, served);
        assertEquals(15, expected.size());
        for (int i = 0; i < expected.size(); i++) {
            String what = List.of("state", "similarities", "ratings").get(i % 3) + ", cache " + i / 3;
            float[] values = expected.get(i);
            assertEquals(values.length, actual.get(i).length, what);
            assertEquals(i % 3 < 2 || served != Served.SASREC, values.length > 0, what);
            double largest = IntStream.range(0, values.length)
                    .mapToDouble(j -> Math.abs(values[j]))
                    .max()
                    .orElse(1);
            assertTrue(largest > 0, what);
            for (int j = 0; j < values.length; j++) {
                assertEquals(values[j], actual.get(i)[j], RELATIVE * largest, what + ", element " + j);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void attentionOfCandidatesHasAKernel(AttentionActivation activation) {
        Backend backend = Backends.get(TornadoBackend.NAME);
        HstuAttention attention = new HstuAttention(1, 4, 4, List.of(60L), activation);
        assertTrue(backend.kernel(new CandidateAttention(attention)).isPresent());
    }
}
