package dev.lanner.examples;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.Movie;
import dev.lanner.hstu.data.MovieLens;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * Events and items for a person to read.
 *
 * @param data with titles and genres where they are known
 */
record Titles(MovieLens data) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** The external id and, where they are known, title and genres. */
    String titleAndGenres(int itemId) {
        Movie movie = data.movies().getOrDefault(itemId, new Movie(itemId, "item " + itemId, List.of()));
        String genres = movie.genres().isEmpty() ? "" : "  [" + String.join(", ", movie.genres()) + "]";
        return movie.title() + genres;
    }

    /** A line with time (UTC), rating, title and genres of the event at a position. */
    String event(int position) {
        Interactions events = data.interactions();
        return String.format(
                Locale.ROOT,
                "  %s  rated %d  %s",
                time(events.timestampAt(position)),
                events.ratingAt(position),
                titleAndGenres(events.itemId(events.itemAt(position))));
    }

    /** A time (UTC). Data may have times that no calendar has. */
    static String time(long seconds) {
        return seconds > Instant.MAX.getEpochSecond() || seconds < Instant.MIN.getEpochSecond()
                ? seconds + " s"
                : TIME.format(Instant.ofEpochSecond(seconds));
    }
}
