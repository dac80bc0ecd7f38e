package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.LeaveOneOut.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The parts of each history, and what batches show of them. */
class LeaveOneOutTest {
    @Provide
    Arbitrary<List<Event>> events() {
        return Event.lists();
    }

    @Property(tries = 500)
    void partsMakeUpTheHistory(@ForAll("events") List<Event> events) {
        Interactions interactions = Event.interactions(events);
        LeaveOneOut split = new LeaveOneOut(interactions, 3);
        TreeMap<Integer, List<Event>> joined = new TreeMap<>();
        for (int user : split.users()) {
            List<Event> parts = Event.range(interactions, user, interactions.start(user), split.trainingEnd(user));
            parts.add(Event.at(interactions, user, split.targetPosition(user, Part.VALIDATION)));
            parts.add(Event.at(interactions, user, split.targetPosition(user, Part.TEST)));
            joined.put(interactions.userId(user), parts);
        }
        assertEquals(Event.keptHistories(events), joined);
    }

    @Property(tries = 500)
    void trainingRowsAreTheMostRecentWithoutHeldOutEvents(
            @ForAll("events") List<Event> events,
            @ForAll @IntRange(min = 1, max = 8) int maxLength,
            @ForAll @IntRange(min = 1, max = 5) int batchSize,
            @ForAll long seed) {
        Interactions interactions = Event.interactions(events);
        TreeMap<Integer, List<Row>> wanted = new TreeMap<>();
        Event.keptHistories(events).forEach((user, history) -> {
            List<Event> training = history.subList(0, history.size() - 2);
            List<Row> rows = new ArrayList<>();
            for (int i = Math.max(0, training.size() - 1 - maxLength); i < training.size() - 1; i++) {
                rows.add(Row.of(interactions, training.get(i), training.get(i + 1)));
            }
            if (!rows.isEmpty()) {
                wanted.put(user, rows);
            }
        });
        List<JaggedBatch> batches = new LeaveOneOut(interactions, maxLength).trainingBatches(seed, 1, batchSize);
        assertEquals(wanted, rows(interactions, batches));
        assertSizes(batches, wanted.size(), batchSize);
    }

    @Property(tries = 500)
    void allTrainingEventsButTheFirstAreATargetOnce(
            @ForAll("events") List<Event> events,
            @ForAll @IntRange(min = 1, max = 8) int maxLength,
            @ForAll @IntRange(min = 1, max = 5) int batchSize,
            @ForAll long seed) {
        Interactions interactions = Event.interactions(events);
        TreeMap<Integer, List<Integer>> wanted = new TreeMap<>();
        Event.keptHistories(events)
                .forEach((user, history) -> history.subList(0, history.size() - 2).stream()
                        .skip(1)
                        .forEach(event -> wanted.computeIfAbsent(interactions.user(user), u -> new ArrayList<>())
                                .add(interactions.item(event.item()))));
        TreeMap<Integer, List<Integer>> found = new TreeMap<>();
        LeaveOneOut split = new LeaveOneOut(interactions, maxLength);
        for (JaggedBatch batch : split.trainingBatches(LeaveOneOut.TrainingPart.ALL, seed, 1, batchSize)) {
            assertTrue(batch.sequences() <= batchSize);
            for (int b = 0; b < batch.sequences(); b++) {
                int length = batch.offsets()[b + 1] - batch.offsets()[b];
                assertTrue(length >= 1 && length <= maxLength, () -> "length " + length);
                for (int i = batch.offsets()[b]; i < batch.offsets()[b + 1]; i++) {
                    found.computeIfAbsent(batch.users()[b], u -> new ArrayList<>())
                            .add(batch.targetItems()[i]);
                }
            }
        }
        wanted.values().forEach(Collections::sort);
        found.values().forEach(Collections::sort);
        assertEquals(wanted, found);
    }

    @Property(tries = 500)
    void evaluationRowsAreTheMostRecentBeforeTheTarget(
            @ForAll("events") List<Event> events,
            @ForAll Part part,
            @ForAll @IntRange(min = 1, max = 8) int maxLength,
            @ForAll @IntRange(min = 1, max = 5) int batchSize) {
        Interactions interactions = Event.interactions(events);
        TreeMap<Integer, List<Row>> wanted = new TreeMap<>();
        Event.keptHistories(events).forEach((user, history) -> {
            int target = history.size() - heldOut(part);
            List<Row> rows = new ArrayList<>();
            for (int i = Math.max(0, target - maxLength); i < target - 1; i++) {
                rows.add(Row.of(interactions, history.get(i)));
            }
            rows.add(Row.of(interactions, history.get(target - 1), history.get(target)));
            wanted.put(user, rows);
        });
        LeaveOneOut split = new LeaveOneOut(interactions, maxLength);
        List<JaggedBatch> batches = split.evaluationBatches(part, batchSize);
        assertEquals(wanted, rows(interactions, batches));
        assertSizes(batches, wanted.size(), batchSize);
        assertArrayEquals(split.users(), users(batches), "in the order of users");
    }

    @Property(tries = 300)
    void seenAreAllItemsBeforeTheTarget(@ForAll("events") List<Event> events, @ForAll Part part) {
        Interactions interactions = Event.interactions(events);
        LeaveOneOut split = new LeaveOneOut(interactions, 1);
        Event.keptHistories(events).forEach((user, history) -> {
            BitSet wanted = new BitSet();
            for (Event event : history.subList(0, history.size() - heldOut(part))) {
                wanted.set(interactions.item(event.item()));
            }
            assertEquals(wanted, split.seen(interactions.user(user), part));
        });
    }

    @Property(tries = 200)
    void epochsAreFunctionsOfSeedAndNumber(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 50) int epoch,
            @ForAll @IntRange(min = 1, max = 9) int size) {
        Interactions interactions = users(40);
        LeaveOneOut split = new LeaveOneOut(interactions, 5);
        int[] first = users(split.trainingBatches(seed, epoch, size));
        split.trainingBatches(seed, epoch + 1, size);
        assertArrayEquals(first, users(split.trainingBatches(seed, epoch, size)));
        assertArrayEquals(first, users(new LeaveOneOut(interactions, 5).trainingBatches(seed, epoch, 40)));
        // Of 40! orders, two are equal only where an argument is not used, or seed and epoch are mixed up.
        assertDiffer(first, users(split.trainingBatches(seed, epoch + 1, size)));
        assertDiffer(first, users(split.trainingBatches(seed + 1, epoch, size)));
        assertDiffer(first, users(split.trainingBatches(seed + 1, epoch - 1, size)));
        assertDiffer(first, users(split.trainingBatches(seed - 1, epoch + 1, size)));
    }

    @Example
    void shortHistories() {
        Interactions interactions = Event.interactions(List.of(
                new Event(1, 10, 1, 1),
                new Event(1, 99, 1, 2),
                new Event(2, 10, 1, 1),
                new Event(2, 20, 1, 2),
                new Event(2, 30, 1, 3)));
        LeaveOneOut split = new LeaveOneOut(interactions, 200);
        assertArrayEquals(new int[] {1}, split.users());
        assertEquals(4, interactions.itemCount(), "an item of a dropped user stays in the catalogue");
        assertEquals(List.of(), split.trainingBatches(1, 1, 128), "a single training event has no next one");
        assertEquals(1, split.evaluationBatches(Part.VALIDATION, 128).size());
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> split.targetPosition(0, Part.TEST));
        assertEquals("split: user 1 has 2 events and was dropped, as 3 are needed", error.getMessage());
    }

    @Example
    void oneBatchOfAll() {
        LeaveOneOut split = new LeaveOneOut(users(40), 5);
        assertEquals(1, split.trainingBatches(1, 1, Integer.MAX_VALUE).size());
        assertEquals(1, split.evaluationBatches(Part.TEST, Integer.MAX_VALUE).size());
    }

    @Example
    void badSizes() {
        Interactions interactions = users(1);
        assertEquals(
                "split: maxLength must be positive, found 0",
                assertThrows(IllegalArgumentException.class, () -> new LeaveOneOut(interactions, 0))
                        .getMessage());
        LeaveOneOut split = new LeaveOneOut(interactions, 5);
        assertEquals(
                "split: the batch size must be positive, found 0",
                assertThrows(IllegalArgumentException.class, () -> split.trainingBatches(1, 1, 0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> split.evaluationBatches(Part.TEST, -1));
    }

    /** As many users, each with four events. */
    private static Interactions users(int count) {
        Interactions.Builder builder = new Interactions.Builder();
        for (int user = 1; user <= count; user++) {
            for (int item = 1; item <= 4; item++) {
                builder.add(user, item, 3, item);
            }
        }
        return builder.build();
    }

    private static int[] users(List<JaggedBatch> batches) {
        return batches.stream()
                .flatMapToInt(batch -> Arrays.stream(batch.users()))
                .toArray();
    }

    private static void assertDiffer(int[] one, int[] other) {
        assertEquals(one.length, other.length);
        assertFalse(Arrays.equals(one, other));
    }

    private static void assertSizes(List<JaggedBatch> batches, int users, int batchSize) {
        for (int i = 0; i < batches.size(); i++) {
            int left = users - i * batchSize;
            assertEquals(Math.min(batchSize, left), batches.get(i).sequences());
        }
        assertEquals((users + batchSize - 1) / batchSize, batches.size());
    }

    private static int heldOut(Part part) {
        return part == Part.TEST ? 1 : 2;
    }

    /** The rows of each user; fails on a user who is in two sequences. */
    private static Map<Integer, List<Row>> rows(Interactions interactions, List<JaggedBatch> batches) {
        TreeMap<Integer, List<Row>> all = new TreeMap<>();
        for (JaggedBatch batch : batches) {
            for (int b = 0; b < batch.sequences(); b++) {
                List<Row> rows = new ArrayList<>();
                for (int i = batch.offsets()[b]; i < batch.offsets()[b + 1]; i++) {
                    rows.add(new Row(
                            batch.items()[i],
                            batch.actions()[i],
                            batch.timestamps()[i],
                            batch.targetItems()[i],
                            batch.targetRatings()[i],
                            batch.targetTimestamps()[i]));
                }
                assertNull(all.put(interactions.userId(batch.users()[b]), rows), "a user is in one sequence");
            }
        }
        return all;
    }

    private record Row(int item, int action, long timestamp, int targetItem, float targetRating, long targetTimestamp) {
        static Row of(Interactions interactions, Event input) {
            return new Row(interactions.item(input.item()), action(input.rating()), input.timestamp(), 0, 0, 0);
        }

        static Row of(Interactions interactions, Event input, Event target) {
            return new Row(
                    interactions.item(input.item()),
                    action(input.rating()),
                    input.timestamp(),
                    interactions.item(target.item()),
                    target.rating(),
                    target.timestamp());
        }

        private static int action(int rating) {
            return rating >= 4 ? 1 : rating == 3 ? 2 : 3;
        }
    }
}
