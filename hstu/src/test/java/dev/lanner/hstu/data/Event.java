package dev.lanner.hstu.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * A rating as a row, and the obvious way to what the columns are checked against.
 *
 * @param user external id
 * @param item external id
 * @param rating 1..5
 * @param timestamp seconds
 */
public record Event(int user, int item, int rating, long timestamp) {
    /** Few users, items and times, so that histories grow and times tie. */
    @SuppressWarnings("exports") // Tests are patched into the module, which exports this package but not jqwik.
    public static Arbitrary<List<Event>> lists() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 7).map(user -> user * user),
                        Arbitraries.integers().between(1, 15).map(item -> 3 * item),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.longs().between(0, 9))
                .as(Event::new)
                .withoutEdgeCases() // the ranges are small enough to be met at their ends
                .list()
                .ofMaxSize(60);
    }

    /** The events as they are read: in columns. */
    public static Interactions interactions(List<Event> events) {
        return Interactions.of(
                events.stream().mapToInt(Event::user).toArray(),
                events.stream().mapToInt(Event::item).toArray(),
                events.stream().mapToInt(Event::rating).toArray(),
                events.stream().mapToLong(Event::timestamp).toArray());
    }

    /** Each user's events in time order, ties in the order of the list; users ascend. */
    public static Map<Integer, List<Event>> histories(List<Event> events) {
        Map<Integer, List<Event>> histories = new TreeMap<>();
        for (Event event : events) {
            histories.computeIfAbsent(event.user, user -> new ArrayList<>()).add(event);
        }
        for (List<Event> history : histories.values()) {
            // List.sort is stable.
            history.sort(Comparator.comparingLong(Event::timestamp));
        }
        return histories;
    }

    /** The histories that a leave-one-out split keeps. */
    public static Map<Integer, List<Event>> keptHistories(List<Event> events) {
        Map<Integer, List<Event>> kept = histories(events);
        kept.values().removeIf(history -> history.size() < 3);
        return kept;
    }

    /** The event at a position of the columns, under its external ids. */
    static Event at(Interactions interactions, int user, int position) {
        return new Event(
                interactions.userId(user),
                interactions.itemId(interactions.itemAt(position)),
                interactions.ratingAt(position),
                interactions.timestampAt(position));
    }

    /** The events at positions {@code start .. end - 1}. */
    static List<Event> range(Interactions interactions, int user, int start, int end) {
        List<Event> events = new ArrayList<>();
        for (int i = start; i < end; i++) {
            events.add(at(interactions, user, i));
        }
        return events;
    }

    /** All histories in the columns. */
    static Map<Integer, List<Event>> all(Interactions interactions) {
        Map<Integer, List<Event>> all = new TreeMap<>();
        for (int user = 0; user < interactions.userCount(); user++) {
            all.put(
                    interactions.userId(user),
                    range(interactions, user, interactions.start(user), interactions.start(user + 1)));
        }
        return all;
    }
}
