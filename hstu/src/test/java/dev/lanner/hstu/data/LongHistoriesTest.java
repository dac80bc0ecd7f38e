package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.hstu.data.LeaveOneOut.Part;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Histories past the length up to which a merge sort sorts by insertion, with times that tie often. */
class LongHistoriesTest {
    @Provide
    Arbitrary<List<Event>> events() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 500),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.longs().between(0, 20))
                .as(Event::new)
                .list()
                .ofMinSize(100)
                .ofMaxSize(400);
    }

    @Property(tries = 200)
    void tiesKeepTheirOrder(@ForAll("events") List<Event> events) {
        assertEquals(Event.histories(events), Event.all(Event.interactions(events)));
    }

    @Property(tries = 200)
    void windowsEndRightBeforeTheTarget(
            @ForAll("events") List<Event> events, @ForAll @IntRange(min = 1, max = 450) int maxLength) {
        Interactions interactions = Event.interactions(events);
        LeaveOneOut split = new LeaveOneOut(interactions, maxLength);
        for (Part part : Part.values()) {
            for (JaggedBatch batch : split.evaluationBatches(part, 2)) {
                for (int b = 0; b < batch.sequences(); b++) {
                    int end = split.targetPosition(batch.users()[b], part);
                    assertWindow(interactions, batch, b, end, maxLength);
                }
            }
        }
        for (JaggedBatch batch : split.trainingBatches(1, 1, 2)) {
            for (int b = 0; b < batch.sequences(); b++) {
                int end = split.trainingEnd(batch.users()[b]) - 1;
                assertWindow(interactions, batch, b, end, maxLength);
            }
        }
    }

    @Property(tries = 200)
    void noLengthIsTooLarge(@ForAll("events") List<Event> events) {
        Interactions interactions = Event.interactions(events);
        LeaveOneOut unlimited = new LeaveOneOut(interactions, Integer.MAX_VALUE);
        int rows = 0;
        for (JaggedBatch batch : unlimited.evaluationBatches(Part.TEST, 1)) {
            rows += batch.rows();
        }
        int histories = Arrays.stream(unlimited.users())
                .map(user -> interactions.start(user + 1) - interactions.start(user) - 1)
                .sum();
        assertEquals(histories, rows);
    }

    private static void assertWindow(Interactions interactions, JaggedBatch batch, int b, int end, int maxLength) {
        int length = Math.min(maxLength, end - interactions.start(batch.users()[b]));
        int[] wanted = new int[length];
        for (int i = 0; i < length; i++) {
            wanted[i] = interactions.itemAt(end - length + i);
        }
        assertArrayEquals(wanted, Arrays.copyOfRange(batch.items(), batch.offsets()[b], batch.offsets()[b + 1]));
        assertEquals(interactions.itemAt(end), batch.targetItems()[batch.offsets()[b + 1] - 1]);
    }
}
