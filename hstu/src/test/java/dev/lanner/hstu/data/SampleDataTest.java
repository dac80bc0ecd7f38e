package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.LeaveOneOut.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample is the same everywhere, looks like MovieLens-1M, and has something to learn in it. */
class SampleDataTest {
    private static final MovieLens SAMPLE = SampleData.generate(SampleData.DEFAULT_SEED);
    private static final Interactions INTERACTIONS = SAMPLE.interactions();

    @Test
    void isTheSameOnEveryJvm() {
        // A change of the sample changes every result on it: then this changes, too, and on purpose.
        assertEquals("757ad0b0", INTERACTIONS.fingerprint());
        assertEquals("The Action Falcon, Part 1 (1981)", SAMPLE.movies().get(1).title());
    }

    @Test
    void otherSeedsMakeOtherData() {
        assertNotEquals(
                INTERACTIONS.fingerprint(),
                SampleData.generate(8).interactions().fingerprint());
        assertNotEquals(SAMPLE.users(), SampleData.generate(8).users());
    }

    @Test
    void filesAreReadAsTheSameDataInEveryLocale(@TempDir Path folder) throws IOException {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            SampleData.write(folder, SampleData.DEFAULT_SEED);
        } finally {
            Locale.setDefault(before);
        }
        MovieLens read = MovieLens.read(folder);
        assertEquals(INTERACTIONS.fingerprint(), read.interactions().fingerprint());
        assertEquals(SAMPLE.movies(), read.movies());
        assertEquals(SAMPLE.users(), read.users());
    }

    @Test
    void hasTheShapeOfMovieLens() {
        assertEquals(600, INTERACTIONS.userCount());
        assertEquals(400, INTERACTIONS.itemCount());
        assertEquals(600, SAMPLE.users().size());
        assertEquals(400, SAMPLE.movies().size());
        List<Integer> lengths = IntStream.range(0, INTERACTIONS.userCount())
                .map(user -> INTERACTIONS.start(user + 1) - INTERACTIONS.start(user))
                .sorted()
                .boxed()
                .toList();
        assertEquals(20, lengths.get(0));
        assertTrue(lengths.get(599) > 180 && lengths.get(599) <= 200, "longest " + lengths.get(599));
        double mean = (double) INTERACTIONS.eventCount() / 600;
        assertTrue(mean > 55 && mean < 75, "mean " + mean);
        assertTrue(lengths.get(300) < 0.8 * mean, "most are short: median " + lengths.get(300) + ", mean " + mean);
        for (Action action : Action.values()) {
            assertTrue(INTERACTIONS.count(action) > 0.05 * INTERACTIONS.eventCount(), action.name());
        }
    }

    @Test
    void nobodyRatesAMovieTwice() {
        for (int user = 0; user < INTERACTIONS.userCount(); user++) {
            BitSet seen = new BitSet();
            for (int i = INTERACTIONS.start(user); i < INTERACTIONS.start(user + 1); i++) {
                assertTrue(!seen.get(INTERACTIONS.itemAt(i)), "user " + user);
                seen.set(INTERACTIONS.itemAt(i));
            }
        }
    }

    @Test
    void eventsComeInSessionsAndGenresDriftBetweenThem() {
        int sameGenreWithin = 0;
        int within = 0;
        int sameGenreAcross = 0;
        int across = 0;
        for (int user = 0; user < INTERACTIONS.userCount(); user++) {
            for (int i = INTERACTIONS.start(user) + 1; i < INTERACTIONS.start(user + 1); i++) {
                long gap = INTERACTIONS.timestampAt(i) - INTERACTIONS.timestampAt(i - 1);
                boolean session = gap < 3_600;
                assertTrue(gap > 0 && (session || gap >= 86_400), "gap " + gap);
                int same = genre(i).equals(genre(i - 1)) ? 1 : 0;
                within += session ? 1 : 0;
                sameGenreWithin += session ? same : 0;
                across += session ? 0 : 1;
                sameGenreAcross += session ? 0 : same;
            }
        }
        assertTrue(within > 4 * across && across > 0.1 * within, within + " in sessions, " + across + " between");
        double stayWithin = (double) sameGenreWithin / within;
        double stayAcross = (double) sameGenreAcross / across;
        assertTrue(stayWithin > 0.9 && stayAcross < 0.75, "genre kept: " + stayWithin + ", " + stayAcross);
    }

    @Test
    void ratingsFollowTasteAndQuality() {
        // Ratings less their mean; then less the means of user and genre, and of the movie, from the training parts.
        LeaveOneOut split = new LeaveOneOut(INTERACTIONS, 200);
        Map<String, double[]> taste = new HashMap<>();
        Map<String, double[]> quality = new HashMap<>();
        double[] all = new double[2];
        for (int user : split.users()) {
            for (int i = INTERACTIONS.start(user); i < split.trainingEnd(user); i++) {
                count(all, INTERACTIONS.ratingAt(i));
            }
        }
        for (int user : split.users()) {
            for (int i = INTERACTIONS.start(user); i < split.trainingEnd(user); i++) {
                double rating = INTERACTIONS.ratingAt(i) - mean(all);
                count(taste.computeIfAbsent(user + genre(i), key -> new double[2]), rating);
                count(quality.computeIfAbsent("" + INTERACTIONS.itemAt(i), key -> new double[2]), rating);
            }
        }
        double plain = 0;
        double informed = 0;
        double[] nothing = {0, 1};
        for (int user : split.users()) {
            int i = split.targetPosition(user, Part.TEST);
            double error = INTERACTIONS.ratingAt(i) - mean(all);
            plain += error * error;
            error -= mean(taste.getOrDefault(user + genre(i), nothing));
            error -= 0.5 * mean(quality.getOrDefault("" + INTERACTIONS.itemAt(i), nothing));
            informed += error * error;
        }
        assertTrue(informed < 0.7 * plain, "squared errors " + informed + " against " + plain);
    }

    private static void count(double[] sumAndCount, double value) {
        sumAndCount[0] += value;
        sumAndCount[1]++;
    }

    private static double mean(double[] sumAndCount) {
        return sumAndCount[0] / sumAndCount[1];
    }

    private static String genre(int position) {
        return SAMPLE.movies()
                .get(INTERACTIONS.itemId(INTERACTIONS.itemAt(position)))
                .genres()
                .get(0);
    }
}
