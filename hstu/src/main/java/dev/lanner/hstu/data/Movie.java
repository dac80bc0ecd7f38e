package dev.lanner.hstu.data;

import java.util.List;

/**
 * A line of {@code movies.dat}.
 *
 * @param id the external id
 * @param title with the year
 * @param genres in the file's order
 */
public record Movie(int id, String title, List<String> genres) {
    /** Keeps a copy of the genres. */
    public Movie {
        genres = List.copyOf(genres);
    }
}
