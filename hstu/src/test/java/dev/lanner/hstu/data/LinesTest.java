package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The reader on any content. */
class LinesTest {
    @Provide
    Arbitrary<List<Event>> events() {
        return Event.lists();
    }

    /** Text that is nearly right, so that every rule is reached. */
    @Provide
    Arbitrary<String> rubbish() {
        return Arbitraries.of("1", "5", "::", ":", "\n", "\r", "-", "9223372036854775807", "x", "\u0000", "\u0085", "é")
                .list()
                .ofMaxSize(40)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("events") List<Event> events, @ForAll boolean crlf, @ForAll boolean lastEnd) {
        Assume.that(!events.isEmpty());
        String end = crlf ? "\r\n" : "\n";
        StringBuilder text = new StringBuilder();
        for (Event event : events) {
            text.append(event.user())
                    .append("::")
                    .append(event.item())
                    .append("::")
                    .append(event.rating());
            text.append("::").append(event.timestamp()).append(end);
        }
        String content = lastEnd ? text.toString() : text.substring(0, text.length() - end.length());
        assertEquals(Event.histories(events), Event.all(read(content)));
    }

    @Property(tries = 1000)
    void rubbishIsReadOrNamedInOnePrintableLine(@ForAll("rubbish") String content) {
        try {
            read(content);
        } catch (DataException e) {
            assertTrue(e.getMessage().matches("ratings\\.dat: is empty|ratings\\.dat:[1-9][0-9]*: .+"), e.getMessage());
            assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
        }
    }

    private static Interactions read(String content) {
        return MovieLens.ratings(MovieLens.RATINGS, content.getBytes(StandardCharsets.ISO_8859_1));
    }
}
