package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** No part of any event can change without a change of the fingerprint. */
class FingerprintTest {
    private static final int UNUSED_ID = 1_000;

    @Provide
    Arbitrary<List<Event>> events() {
        return Event.lists().filter(events -> !events.isEmpty());
    }

    @Property(tries = 300)
    void changesWithEveryField(@ForAll("events") List<Event> events, @ForAll @IntRange(max = 59) int chosen) {
        int index = chosen % events.size();
        Event event = events.get(index);
        assertChanges(events, index, new Event(UNUSED_ID, event.item(), event.rating(), event.timestamp()));
        assertChanges(events, index, new Event(event.user(), UNUSED_ID, event.rating(), event.timestamp()));
        assertChanges(events, index, new Event(event.user(), event.item(), 1 + event.rating() % 5, event.timestamp()));
        // Past 32 bits, so that the upper half of a timestamp counts, too.
        assertChanges(
                events,
                index,
                new Event(event.user(), event.item(), event.rating(), event.timestamp() + (1L << Integer.SIZE)));
    }

    @Property(tries = 300)
    void changesWithEventsThatComeAndGo(@ForAll("events") List<Event> events, @ForAll @IntRange(max = 59) int chosen) {
        String fingerprint = fingerprint(events);
        List<Event> changed = new ArrayList<>(events);
        Event event = changed.remove(chosen % events.size());
        assertNotEquals(fingerprint, fingerprint(changed));
        changed.add(event);
        changed.add(event);
        assertNotEquals(fingerprint, fingerprint(changed));
    }

    @Example
    void changesWithTheOrderOfTies() {
        List<Event> events = new ArrayList<>(List.of(new Event(1, 2, 3, 4), new Event(1, 3, 3, 4)));
        String fingerprint = fingerprint(events);
        Collections.reverse(events);
        assertNotEquals(fingerprint, fingerprint(events));
    }

    @Property(tries = 200)
    void isTheSameEveryTime(@ForAll("events") List<Event> events) {
        Interactions interactions = Event.interactions(events);
        assertEquals(interactions.fingerprint(), interactions.fingerprint());
        assertEquals(interactions.fingerprint(), fingerprint(events));
    }

    private static void assertChanges(List<Event> events, int index, Event event) {
        List<Event> changed = new ArrayList<>(events);
        changed.set(index, event);
        assertNotEquals(fingerprint(events), fingerprint(changed), event.toString());
    }

    private static String fingerprint(List<Event> events) {
        return Event.interactions(events).fingerprint();
    }
}
