package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ActionTest {
    @Test
    void ofRatings() {
        assertEquals(
                List.of(Action.NEGATIVE, Action.NEGATIVE, Action.NEUTRAL, Action.POSITIVE, Action.POSITIVE),
                IntStream.rangeClosed(1, 5).mapToObj(Action::of).toList());
    }

    @Test
    void idsLeaveZeroToPadding() {
        assertEquals(1, Action.POSITIVE.id());
        assertEquals(2, Action.NEUTRAL.id());
        assertEquals(3, Action.NEGATIVE.id());
    }

    @Test
    void noRating() {
        assertThrows(IllegalArgumentException.class, () -> Action.of(0));
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> Action.of(6));
        assertEquals("action: a rating must be in 1..5, found 6", error.getMessage());
    }
}
