package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.LeaveOneOut.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The real data, where they are there. */
class Ml1mDataTest {
    /** Reading takes about half a second of one core; this leaves room for a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private static final int USERS = 6_040;

    @Test
    void counts() {
        Path folder = Ml1m.folder();
        long start = System.nanoTime();
        MovieLens data = MovieLens.read(folder);
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        Interactions interactions = data.interactions();
        assertEquals(1_000_209, interactions.eventCount());
        assertEquals(USERS, interactions.userCount());
        assertEquals(3_706, interactions.itemCount());
        assertEquals(575_281, interactions.count(Action.POSITIVE));
        assertEquals(261_197, interactions.count(Action.NEUTRAL));
        assertEquals(163_731, interactions.count(Action.NEGATIVE));
        assertTrue(taken.compareTo(LONGEST) < 0, "reading took " + taken);
    }

    @Test
    void split() {
        Interactions interactions = MovieLens.read(Ml1m.folder()).interactions();
        LeaveOneOut split = new LeaveOneOut(interactions, Integer.MAX_VALUE);
        List<JaggedBatch> training = split.trainingBatches(1, 1, 128);
        assertEquals(USERS, sequences(training));
        // Two events are held out, and the last of the others is no input: it has no target that may be shown.
        assertEquals(interactions.eventCount() - 3 * USERS, rows(training));
        assertEquals(interactions.eventCount() - 2 * USERS, rows(split.evaluationBatches(Part.VALIDATION, 128)));
        assertEquals(interactions.eventCount() - USERS, rows(split.evaluationBatches(Part.TEST, 128)));
    }

    @Test
    void everyRatingHasAMovieAndAUser() {
        MovieLens data = MovieLens.read(Ml1m.folder());
        assertEquals(3_883, data.movies().size());
        assertEquals(USERS, data.users().size());
        Interactions interactions = data.interactions();
        for (int user = 0; user < interactions.userCount(); user++) {
            assertTrue(data.users().containsKey(interactions.userId(user)), "user " + interactions.userId(user));
        }
        for (int item = 1; item <= interactions.itemCount(); item++) {
            assertTrue(data.movies().containsKey(interactions.itemId(item)), "movie " + interactions.itemId(item));
        }
    }

    private static int sequences(List<JaggedBatch> batches) {
        return batches.stream().mapToInt(JaggedBatch::sequences).sum();
    }

    private static int rows(List<JaggedBatch> batches) {
        return batches.stream().mapToInt(JaggedBatch::rows).sum();
    }
}
