package dev.lanner.hstu.data;

import dev.lanner.nn.AtomicFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * MovieLens data in the format of the 1M release: {@code ratings.dat}, and beside it {@code movies.dat} and {@code users.dat} where
 * they are there. Ratings may be of movies and users that those two do not list.
 *
 * @param interactions the ratings
 * @param movies by external id, in the file's order, empty without the file
 * @param users by external id, in the file's order, empty without the file
 */
public record MovieLens(Interactions interactions, Map<Integer, Movie> movies, Map<Integer, User> users) {
    /** The file of the ratings in a folder, which {@link #write} writes last. */
    public static final String RATINGS = "ratings.dat";

    static final String MOVIES = "movies.dat";
    static final String USERS = "users.dat";

    /** What an array can hold on every JVM. */
    private static final long LARGEST_FILE = Integer.MAX_VALUE - 8L;

    /**
     * Reads a folder.
     *
     * @throws DataException if there is no such folder or no {@code ratings.dat}, a file cannot be read or is empty, or a line
     *     breaks the format
     */
    public static MovieLens read(Path directory) {
        if (!Files.exists(directory)) {
            throw new DataException(directory + ": no such directory");
        }
        if (!Files.isDirectory(directory)) {
            throw new DataException(directory + ": is not a directory");
        }
        Path ratings = directory.resolve(RATINGS);
        Path movies = directory.resolve(MOVIES);
        Path users = directory.resolve(USERS);
        return new MovieLens(
                ratings(ratings.toString(), bytes(ratings)),
                Files.exists(movies) ? movies(movies.toString(), bytes(movies)) : Map.of(),
                Files.exists(users) ? users(users.toString(), bytes(users)) : Map.of());
    }

    /**
     * Writes the ratings, and the movies if there are any, into a folder that is made where it is missing: {@link #read} gives equal
     * ones. Users' data are not written.
     *
     * @throws IllegalArgumentException if a movie cannot be written in the format, such as one whose title has "::"
     * @throws IOException if a file cannot be written; each is replaced at once
     */
    public void write(Path directory) throws IOException {
        requireWritable();
        String lines = movies.values().stream().map(MovieLens::line).collect(Collectors.joining());
        Files.createDirectories(directory);
        if (!movies.isEmpty()) {
            AtomicFiles.write(directory.resolve(MOVIES), out -> out.write(lines.getBytes(StandardCharsets.ISO_8859_1)));
        }
        AtomicFiles.write(directory.resolve(RATINGS), this::writeRatings);
    }

    /**
     * Checks that {@link #write} can write the movies.
     *
     * @throws IllegalArgumentException if one of them cannot be written in the format
     */
    public void requireWritable() {
        for (Movie movie : movies.values()) {
            if (!isRead(movie)) {
                throw new IllegalArgumentException("movies: to be written as " + MOVIES
                        + ", title and genres must be Latin-1 text without \"::\", genres without \"|\" and at least one, found "
                        + movie);
            }
        }
    }

    private static String line(Movie movie) {
        return movie.id() + "::" + movie.title() + "::" + String.join("|", movie.genres()) + "\n";
    }

    /** Whether reading gives the movie again. */
    private static boolean isRead(Movie movie) {
        try {
            return movies(MOVIES, line(movie).getBytes(StandardCharsets.ISO_8859_1))
                    .equals(Map.of(movie.id(), movie));
        } catch (DataException e) {
            return false;
        }
    }

    /** User by user in the order of time, which the stable sort of reading keeps. */
    private void writeRatings(OutputStream out) throws IOException {
        Writer writer = new OutputStreamWriter(out, StandardCharsets.ISO_8859_1);
        StringBuilder line = new StringBuilder();
        for (int user = 0; user < interactions.userCount(); user++) {
            for (int i = interactions.start(user); i < interactions.start(user + 1); i++) {
                line.setLength(0);
                line.append(interactions.userId(user)).append("::");
                line.append(interactions.itemId(interactions.itemAt(i))).append("::");
                line.append(interactions.ratingAt(i)).append("::");
                line.append(interactions.timestampAt(i)).append('\n');
                writer.append(line);
            }
        }
        writer.flush();
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new DataException(file + ": is a directory, not a file");
            }
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new DataException(file + ": must have at most " + LARGEST_FILE + " bytes, found " + size);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new DataException(file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new DataException(file + ": cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads the content of {@code ratings.dat}: a rating is 1..5, ids are at least 1. Repeated lines are data and kept. */
    static Interactions ratings(String name, byte[] content) {
        Lines lines = new Lines(name, content, "user::movie::rating::timestamp");
        Interactions.Builder builder = new Interactions.Builder();
        while (lines.advance()) {
            builder.add(
                    (int) lines.number(0, "user", 1, Integer.MAX_VALUE),
                    (int) lines.number(1, "movie", 1, Integer.MAX_VALUE),
                    (int) lines.number(2, "rating", Action.LEAST_RATING, Action.GREATEST_RATING),
                    lines.number(3, "timestamp", 0, Long.MAX_VALUE));
        }
        return builder.build();
    }

    /** Reads the content of {@code movies.dat}. A repeated line is nothing new; two that differ are an error. */
    static Map<Integer, Movie> movies(String name, byte[] content) {
        Lines lines = new Lines(name, content, "movie::title::genres");
        Map<Integer, Movie> movies = new LinkedHashMap<>();
        while (lines.advance()) {
            int id = (int) lines.number(0, "movie", 1, Integer.MAX_VALUE);
            List<String> genres = List.of(lines.text(2, "genres").split("\\|", -1));
            Movie movie = new Movie(id, lines.text(1, "title"), genres);
            Movie before = movies.putIfAbsent(id, movie);
            if (before != null && !before.equals(movie)) {
                throw lines.error("movie " + id + " must have one line, or equal ones");
            }
        }
        return Collections.unmodifiableMap(movies);
    }

    /** Reads the content of {@code users.dat}. A repeated line is nothing new; two that differ are an error. */
    static Map<Integer, User> users(String name, byte[] content) {
        Lines lines = new Lines(name, content, "user::gender::age::occupation::zip");
        Map<Integer, User> users = new LinkedHashMap<>();
        while (lines.advance()) {
            int id = (int) lines.number(0, "user", 1, Integer.MAX_VALUE);
            int age = (int) lines.number(2, "age", 0, Integer.MAX_VALUE);
            int occupation = (int) lines.number(3, "occupation", 0, Integer.MAX_VALUE);
            User user = new User(id, lines.text(1, "gender"), age, occupation, lines.text(4, "zip"));
            User before = users.putIfAbsent(id, user);
            if (before != null && !before.equals(user)) {
                throw lines.error("user " + id + " must have one line, or equal ones");
            }
        }
        return Collections.unmodifiableMap(users);
    }
}
