package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders and files that can be read, and each rule that they can break. */
class MovieLensTest {
    private static final String GOOD = "1::1193::5::978300760\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void startWithOneGoodRating() throws IOException {
        write(MovieLens.RATINGS, GOOD);
    }

    @Test
    void allThreeFiles() throws IOException {
        write(MovieLens.MOVIES, "1193::Café Noir (1975)::Drama|Film-Noir\n7::Untitled: a Film (1999)::Comedy\n");
        write(MovieLens.USERS, "1::F::25::10::48067-1234\n");
        MovieLens data = MovieLens.read(folder);
        assertEquals(List.of(new Event(1, 1193, 5, 978_300_760)), Event.range(data.interactions(), 0, 0, 1));
        assertEquals(
                Map.of(
                        1193, new Movie(1193, "Café Noir (1975)", List.of("Drama", "Film-Noir")),
                        7, new Movie(7, "Untitled: a Film (1999)", List.of("Comedy"))),
                data.movies());
        assertEquals(Map.of(1, new User(1, "F", 25, 10, "48067-1234")), data.users());
    }

    @Test
    void moviesAndUsersMayBeMissing() {
        MovieLens data = MovieLens.read(folder);
        assertEquals(1, data.interactions().eventCount());
        assertEquals(Map.of(), data.movies());
        assertEquals(Map.of(), data.users());
    }

    @Test
    void lineEndsOfEverySystemAndNoLastOne() throws IOException {
        for (String content : List.of(
                "1::2::3::4\n1::3::4::5\n",
                "1::2::3::4\r\n1::3::4::5\r\n",
                "1::2::3::4\n1::3::4::5",
                "1::2::3::4\r\n1::3::4::5",
                "1::2::3::4\n1::3::4::5\n\n\r\n\n")) {
            write(MovieLens.RATINGS, content);
            assertEquals(
                    List.of(new Event(1, 2, 3, 4), new Event(1, 3, 4, 5)),
                    Event.range(MovieLens.read(folder).interactions(), 0, 0, 2));
        }
    }

    @Test
    void repeatedRatingsAreKept() throws IOException {
        write(MovieLens.RATINGS, GOOD + GOOD);
        assertEquals(2, MovieLens.read(folder).interactions().eventCount());
    }

    @Test
    void noSuchDirectory() {
        Path missing = folder.resolve("missing");
        assertEquals(missing + ": no such directory", error(missing));
    }

    @Test
    void fileInPlaceOfTheDirectory() {
        Path file = folder.resolve(MovieLens.RATINGS);
        assertEquals(file + ": is not a directory", error(file));
    }

    @Test
    void noRatings() throws IOException {
        Files.delete(folder.resolve(MovieLens.RATINGS));
        assertEquals(folder.resolve("ratings.dat") + ": no such file", error(folder));
    }

    @Test
    void directoryInPlaceOfRatings() throws IOException {
        Files.delete(folder.resolve(MovieLens.RATINGS));
        Files.createDirectory(folder.resolve(MovieLens.RATINGS));
        assertEquals(folder.resolve("ratings.dat") + ": is a directory, not a file", error(folder));
    }

    @Test
    void directoryInPlaceOfMovies() throws IOException {
        Files.createDirectory(folder.resolve(MovieLens.MOVIES));
        assertEquals(folder.resolve("movies.dat") + ": is a directory, not a file", error(folder));
    }

    @Test
    void emptyFile() throws IOException {
        write(MovieLens.RATINGS, "");
        assertEquals(folder.resolve("ratings.dat") + ": is empty", error(folder));
        write(MovieLens.RATINGS, "\r\n\n");
        assertEquals(folder.resolve("ratings.dat") + ": is empty", error(folder));
    }

    @Test
    void wrongFieldCount() throws IOException {
        String rule = "expected user::movie::rating::timestamp, found ";
        assertBadRating("12::abc::5", rule + "\"12::abc::5\"");
        assertBadRating("1::2::3::4::5", rule + "\"1::2::3::4::5\"");
        assertBadRating("1,2,3,4", rule + "\"1,2,3,4\"");
        assertBadRating("1:2:3:4", rule + "\"1:2:3:4\"");
        assertBadRating("", rule + "\"\"");
    }

    @Test
    void notANumber() throws IOException {
        assertBadRating("x::2::3::4", "user must be a whole number, found \"x::2::3::4\"");
        assertBadRating("1::2b::3::4", "movie must be a whole number, found \"1::2b::3::4\"");
        assertBadRating("1::2::3.5::4", "rating must be a whole number, found \"1::2::3.5::4\"");
        assertBadRating("1::2::3::4 ", "timestamp must be a whole number, found \"1::2::3::4 \"");
        assertBadRating("1::2::-::4", "rating must be a whole number, found \"1::2::-::4\"");
        assertBadRating(
                "99999999999999999999x::2::3::4",
                "user must be a whole number, found \"99999999999999999999x::2::3::4\"");
        assertBadRating("1::::3::4", "movie is missing, found \"1::::3::4\"");
        assertBadRating("1::2::3::", "timestamp is missing, found \"1::2::3::\"");
    }

    @Test
    void numberTooLarge() throws IOException {
        assertBadRating("2147483648::2::3::4", "user must be at most 2147483647, found \"2147483648::2::3::4\"");
        assertBadRating(
                "1::18446744073709551617::3::4",
                "movie must be at most 2147483647, found \"1::18446744073709551617::3::4\"");
        assertBadRating(
                "1::2::3::9223372036854775808",
                "timestamp must be at most 9223372036854775807, found \"1::2::3::9223372036854775808\"");
    }

    @Test
    void greatestNumbers() throws IOException {
        write(MovieLens.RATINGS, "2147483647::2147483647::5::9223372036854775807\n");
        assertEquals(
                List.of(new Event(Integer.MAX_VALUE, Integer.MAX_VALUE, 5, Long.MAX_VALUE)),
                Event.range(MovieLens.read(folder).interactions(), 0, 0, 1));
    }

    @Test
    void outOfRange() throws IOException {
        assertBadRating("1::2::0::4", "rating must be at least 1, found \"1::2::0::4\"");
        assertBadRating("1::2::6::4", "rating must be at most 5, found \"1::2::6::4\"");
        assertBadRating("0::2::3::4", "user must be at least 1, found \"0::2::3::4\"");
        assertBadRating("1::-2::3::4", "movie must be at least 1, found \"1::-2::3::4\"");
        assertBadRating("1::2::3::-4", "timestamp must be at least 0, found \"1::2::3::-4\"");
    }

    @Test
    void binaryRubbish() throws IOException {
        assertBadRating(
                "PK\u0003\u0004\u0000\u009F",
                "expected user::movie::rating::timestamp, found \"PK\\x03\\x04\\x00\\x9f\"");
        assertBadRating("1::2\u0000::3::4", "movie must be a whole number, found \"1::2\\x00::3::4\"");
    }

    @Test
    void longLinesAreCut() throws IOException {
        assertBadRating(
                "7".repeat(1_000_000), "expected user::movie::rating::timestamp, found \"" + "7".repeat(80) + "...\"");
    }

    @Test
    void badMovies() throws IOException {
        String file = MovieLens.MOVIES;
        assertBad(file, "1::Title", ":1: expected movie::title::genres, found \"1::Title\"");
        assertBad(file, "1::::Drama", ":1: title is missing, found \"1::::Drama\"");
        assertBad(file, "1::Title::", ":1: genres is missing, found \"1::Title::\"");
        assertBad(
                file,
                "1::Ti\u0007tle::Drama",
                ":1: title must not have control characters, found \"1::Ti\\x07tle::Drama\"");
        assertBad(
                file, "1::A::X\n1::A::X\n1::B::X", ":3: movie 1 must have one line, or equal ones, found \"1::B::X\"");
        assertBad(file, "", ": is empty");
    }

    @Test
    void badUsers() throws IOException {
        String file = MovieLens.USERS;
        assertBad(file, "1::F::25::10", ":1: expected user::gender::age::occupation::zip, found \"1::F::25::10\"");
        assertBad(file, "1::F::old::10::1", ":1: age must be a whole number, found \"1::F::old::10::1\"");
        assertBad(
                file,
                "1::F::1::1::1\n1::M::1::1::1",
                ":2: user 1 must have one line, or equal ones, found \"1::M::1::1::1\"");
    }

    /** A bad line after good ones is named by its number, from 1. */
    private void assertBadRating(String line, String message) throws IOException {
        assertBad(MovieLens.RATINGS, GOOD + GOOD + line + "\n" + GOOD, ":3: " + message);
    }

    private void assertBad(String file, String content, String message) throws IOException {
        write(file, content);
        assertEquals(folder.resolve(file) + message, error(folder));
    }

    private static String error(Path directory) {
        String message = assertThrows(DataException.class, () -> MovieLens.read(directory))
                .getMessage();
        assertTrue(message.lines().count() == 1, message);
        return message;
    }

    private void write(String file, String content) throws IOException {
        Files.write(folder.resolve(file), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void writtenDataAreReadAgain() throws IOException {
        MovieLens sample = SampleData.generate(3);
        Path written = folder.resolve("new/folder");
        sample.write(written);
        MovieLens read = MovieLens.read(written);
        assertEquals(sample.interactions().fingerprint(), read.interactions().fingerprint());
        assertEquals(sample.movies(), read.movies());
        assertEquals(Map.of(), read.users());
    }

    @Test
    void eventsOfOneMomentKeepTheirOrderWhenWritten() throws IOException {
        Interactions ties = Interactions.of(
                new int[] {2, 1, 1, 1}, new int[] {9, 8, 3, 5}, new int[] {1, 2, 3, 4}, new long[] {7, 6, 6, 6});
        new MovieLens(ties, Map.of(), Map.of()).write(folder);
        assertEquals(
                "1::8::2::6\n1::3::3::6\n1::5::4::6\n2::9::1::7\n", Files.readString(folder.resolve("ratings.dat")));
        assertEquals(ties.fingerprint(), MovieLens.read(folder).interactions().fingerprint());
        assertFalse(Files.exists(folder.resolve("movies.dat")), "there are none");
    }

    @Test
    void aMovieWithoutGenresIsRefused() {
        Interactions one = Interactions.of(new int[] {1}, new int[] {1}, new int[] {1}, new long[] {1});
        MovieLens data = new MovieLens(one, Map.of(1, new Movie(1, "X", List.of())), Map.of());
        assertThrows(IllegalArgumentException.class, data::requireWritable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Title :: with the separator", "\u5343\u3068\u5343\u5c0b", "two\nlines"})
    void titlesThatTheFormatCannotHoldAreRefused(String title) {
        Interactions one = Interactions.of(new int[] {1}, new int[] {1}, new int[] {1}, new long[] {1});
        MovieLens data = new MovieLens(one, Map.of(1, new Movie(1, title, List.of("Drama"))), Map.of());
        Path written = folder.resolve("written");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> data.write(written));
        assertTrue(e.getMessage().contains("found Movie[id=1, title=" + title), e.getMessage());
        assertFalse(Files.exists(written));
    }
}
