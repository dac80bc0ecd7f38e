package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Columns beside lists of rows. */
class InteractionsTest {
    @Provide
    Arbitrary<List<Event>> events() {
        return Event.lists();
    }

    @Property(tries = 500)
    void historiesAreInTimeOrderAndTiesInFileOrder(@ForAll("events") List<Event> events) {
        Interactions interactions = Event.interactions(events);
        assertEquals(events.size(), interactions.eventCount());
        assertEquals(Event.histories(events), Event.all(interactions));
    }

    @Property(tries = 500)
    void internalIdsAscendWithExternalOnes(@ForAll("events") List<Event> events) {
        Interactions interactions = Event.interactions(events);
        List<Integer> users =
                new ArrayList<>(new TreeSet<>(events.stream().map(Event::user).toList()));
        List<Integer> items =
                new ArrayList<>(new TreeSet<>(events.stream().map(Event::item).toList()));
        assertEquals(users.size(), interactions.userCount());
        for (int user = 0; user < users.size(); user++) {
            assertEquals(users.get(user), interactions.userId(user));
            assertEquals(user, interactions.user(users.get(user)));
        }
        assertEquals(items.size(), interactions.itemCount());
        for (int item = 1; item <= items.size(); item++) {
            assertEquals(items.get(item - 1), interactions.itemId(item));
            assertEquals(item, interactions.item(items.get(item - 1)));
        }
        assertEquals(-1, interactions.user(1_000_000));
        assertEquals(-1, interactions.item(1_000_000));
    }

    @Property(tries = 300)
    void actionsAreCounted(@ForAll("events") List<Event> events) {
        Interactions interactions = Event.interactions(events);
        assertEquals(events.stream().filter(event -> event.rating() >= 4).count(), interactions.count(Action.POSITIVE));
        assertEquals(events.stream().filter(event -> event.rating() == 3).count(), interactions.count(Action.NEUTRAL));
        assertEquals(events.stream().filter(event -> event.rating() < 3).count(), interactions.count(Action.NEGATIVE));
    }

    @Property(tries = 300)
    void fingerprintDoesNotDependOnTheOrderOfUsers(@ForAll("events") List<Event> events) {
        List<Event> byUser = new ArrayList<>();
        Event.histories(events).values().forEach(byUser::addAll);
        assertEquals(
                Event.interactions(events).fingerprint(),
                Event.interactions(byUser).fingerprint());
    }

    @Example
    void repeatedEventsAreKept() {
        Event event = new Event(4, 9, 3, 77);
        assertEquals(3, Event.interactions(List.of(event, event, event)).eventCount());
    }

    @Example
    void noEvents() {
        Interactions interactions = new Interactions.Builder().build();
        assertEquals(0, interactions.userCount());
        assertEquals(0, interactions.itemCount());
        assertEquals(0, interactions.eventCount());
        assertEquals(0, interactions.start(0));
    }

    @Example
    void externalIdsUpToTheGreatestInt() {
        Interactions interactions = new Interactions.Builder()
                .add(Integer.MAX_VALUE, Integer.MAX_VALUE, 5, Long.MAX_VALUE)
                .add(1, 1, 1, 0)
                .build();
        assertEquals(1, interactions.user(Integer.MAX_VALUE));
        assertEquals(2, interactions.item(Integer.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, interactions.timestampAt(1));
    }

    @Example
    void columnsOfDifferentLengths() {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class, () -> Interactions.of(new int[2], new int[2], new int[3], new long[2]));
        assertEquals(
                "interactions: columns must be equally long, found users=2 items=2 ratings=3 timestamps=2",
                error.getMessage());
    }

    @Example
    void valuesOutOfRange() {
        assertRejected(0, 1, 3, 0, "interactions: ids start at 1, found user 0 and item 1");
        assertRejected(1, -2, 3, 0, "interactions: ids start at 1, found user 1 and item -2");
        assertRejected(1, 1, 0, 0, "interactions: a rating must be in 1..5, found 0");
        assertRejected(1, 1, 6, 0, "interactions: a rating must be in 1..5, found 6");
        assertRejected(1, 1, 3, -1, "interactions: a timestamp must not be negative, found -1");
    }

    private static void assertRejected(int user, int item, int rating, long timestamp, String message) {
        Interactions.Builder builder = new Interactions.Builder();
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> builder.add(user, item, rating, timestamp));
        assertEquals(message, error.getMessage());
        assertEquals(0, builder.build().eventCount());
    }
}
