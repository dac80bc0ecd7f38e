package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RatingErrorsTest {
    @Test
    void knownFigures() {
        RatingErrors errors = new RatingErrors();
        errors.add(4, 5);
        errors.add(3.5, 3);
        errors.add(2, 4);
        assertEquals(Math.sqrt((1 + 0.25 + 4) / 3), errors.rmse(), 1e-12);
        assertEquals((1 + 0.5 + 2) / 3, errors.mae(), 1e-12);
    }

    @Test
    void nothingAdded() {
        assertEquals(0, new RatingErrors().rmse());
        assertEquals(0, new RatingErrors().mae());
    }

    @Test
    void predictionsThatAreNoNumber() {
        RatingErrors errors = new RatingErrors();
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> errors.add(Double.NaN, 3));
        assertEquals("rating: a prediction must be finite, found NaN", error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> errors.add(Double.POSITIVE_INFINITY, 3));
    }
}
