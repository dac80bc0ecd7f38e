package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Running sums beside means over lists. */
class RatingErrorsPropertyTest {
    private static final double TOLERANCE = 1e-9;

    @Property(tries = 300)
    void agreesWithTheMeansOverAllErrors(
            @ForAll @Size(min = 1, max = 30) List<@DoubleRange(min = -10, max = 10) Double> predictions,
            @ForAll @IntRange(min = 1, max = 5) int rating) {
        RatingErrors errors = new RatingErrors();
        predictions.forEach(predicted -> errors.add(predicted, rating));
        double squares = predictions.stream()
                .mapToDouble(predicted -> Math.pow(predicted - rating, 2))
                .average()
                .orElseThrow();
        double absolutes = predictions.stream()
                .mapToDouble(predicted -> Math.abs(predicted - rating))
                .average()
                .orElseThrow();
        assertEquals(Math.sqrt(squares), errors.rmse(), TOLERANCE);
        assertEquals(absolutes, errors.mae(), TOLERANCE);
    }
}
