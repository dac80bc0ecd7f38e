package dev.lanner.hstu.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A synthetic data set in MovieLens-1M's format, made from a seed, with something to learn: users have favourite genres and drift
 * between genres, mostly from one session to the next; within a genre they tend to go on with the series they are in, part after
 * part; events of a session are minutes apart, and sessions days; ratings follow the user's taste and the movie's quality. Nobody
 * rates a movie twice. Only additions and multiplications make it from the seed, so that every JVM makes the same.
 */
public final class SampleData {
    /** The seed of the built-in sample. */
    public static final long DEFAULT_SEED = 7;

    private static final int USERS = 600;
    private static final int SERIES = 10;
    private static final int PARTS = 5;
    private static final List<String> GENRES =
            List.of("Action", "Comedy", "Drama", "Horror", "Musical", "Romance", "Sci-Fi", "Western");
    private static final int MOVIES_OF_GENRE = SERIES * PARTS;
    private static final int MOVIES = GENRES.size() * MOVIES_OF_GENRE;
    private static final List<String> NOUNS = List.of(
            "Falcon", "River", "Lantern", "Harbor", "Winter", "Orchard", "Compass", "Signal", "Meadow", "Mirror");
    private static final int FIRST_YEAR = 1980;
    /** The lower ends of MovieLens-1M's age groups. */
    private static final int[] AGES = {1, 18, 25, 35, 45, 50, 56};

    private static final int OCCUPATIONS = 21;

    private static final double SAME_SESSION = 0.85;
    private static final double SAME_GENRE_IN_SESSION = 0.93;
    private static final double SAME_GENRE_IN_NEXT_SESSION = 0.5;
    private static final double NEXT_PART = 0.75;
    private static final double BETTER_OF_TWO = 0.5;
    private static final double QUALITY_RANGE = 1.6;
    private static final int SHORTEST = 20;
    private static final int LONGEST = 200;
    private static final long FIRST_TIME = 978_300_000L;
    private static final int SECONDS_OF_DAY = 86_400;

    private final SplittableRandom random;
    private final double[] quality = new double[MOVIES];
    private final StringBuilder ratings = new StringBuilder();

    private SampleData(long seed) {
        random = new SplittableRandom(seed);
        for (int movie = 0; movie < MOVIES; movie++) {
            quality[movie] = (random.nextDouble() - 0.5) * QUALITY_RANGE;
        }
        for (int user = 1; user <= USERS; user++) {
            addUser(user);
        }
    }

    /** The data set of a seed. */
    public static MovieLens generate(long seed) {
        Map<String, byte[]> files = files(seed);
        return new MovieLens(
                MovieLens.ratings(MovieLens.RATINGS, files.get(MovieLens.RATINGS)),
                MovieLens.movies(MovieLens.MOVIES, files.get(MovieLens.MOVIES)),
                MovieLens.users(MovieLens.USERS, files.get(MovieLens.USERS)));
    }

    /**
     * Writes the data set of a seed as files into an existing folder, over files of the same names.
     *
     * @throws IOException if a file cannot be written
     */
    public static void write(Path folder, long seed) throws IOException {
        for (Map.Entry<String, byte[]> file : files(seed).entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
    }

    private static Map<String, byte[]> files(long seed) {
        return Map.of(
                MovieLens.RATINGS, latin1(new SampleData(seed).ratings),
                MovieLens.MOVIES, latin1(movies()),
                MovieLens.USERS, latin1(users(seed)));
    }

    private static byte[] latin1(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static StringBuilder movies() {
        StringBuilder lines = new StringBuilder();
        for (int movie = 0; movie < MOVIES; movie++) {
            String genre = GENRES.get(movie / MOVIES_OF_GENRE);
            int series = movie % MOVIES_OF_GENRE / PARTS;
            int part = movie % PARTS + 1;
            int year = FIRST_YEAR + 2 * series + part;
            lines.append(movie + 1).append("::The ").append(genre).append(' ').append(NOUNS.get(series));
            lines.append(", Part ").append(part).append(" (").append(year).append(")::");
            lines.append(genre).append('\n');
        }
        return lines;
    }

    private static StringBuilder users(long seed) {
        SplittableRandom random = new SplittableRandom(seed + 1);
        StringBuilder lines = new StringBuilder();
        for (int user = 1; user <= USERS; user++) {
            lines.append(user).append(random.nextBoolean() ? "::F::" : "::M::");
            lines.append(AGES[random.nextInt(AGES.length)]).append("::");
            lines.append(random.nextInt(OCCUPATIONS)).append("::");
            lines.append(10_000 + random.nextInt(90_000)).append('\n');
        }
        return lines;
    }

    /** Writes the life of one user. */
    private void addUser(int user) {
        double[] taste = new double[GENRES.size()];
        for (int genre = 0; genre < taste.length; genre++) {
            // Squared, so that a user has a few favourites.
            double liking = random.nextDouble();
            taste[genre] = liking * liking;
        }
        double spread = random.nextDouble();
        // Cubed, so that most are short and a few long, as MovieLens-1M's histories are.
        int length = SHORTEST + (int) ((LONGEST - SHORTEST) * spread * spread * spread);
        BitSet seen = new BitSet(MOVIES);
        long time = FIRST_TIME + random.nextInt(200 * SECONDS_OF_DAY);
        int genre = pickGenre(taste);
        int last = -1;
        while (seen.cardinality() < length) {
            boolean sameSession = random.nextDouble() < SAME_SESSION;
            time += sameSession ? 20 + random.nextInt(300) : SECONDS_OF_DAY + random.nextInt(20 * SECONDS_OF_DAY);
            if (random.nextDouble() >= (sameSession ? SAME_GENRE_IN_SESSION : SAME_GENRE_IN_NEXT_SESSION)) {
                genre = pickGenre(taste);
            }
            int movie = nextMovie(genre, last, seen);
            while (movie < 0) {
                genre = random.nextInt(GENRES.size());
                movie = nextMovie(genre, last, seen);
            }
            seen.set(movie);
            last = movie;
            ratings.append(user).append("::").append(movie + 1).append("::");
            ratings.append(rate(taste[genre], quality[movie]))
                    .append("::")
                    .append(time)
                    .append('\n');
        }
    }

    private int pickGenre(double[] taste) {
        double total = 0;
        for (double liking : taste) {
            total += liking;
        }
        double point = random.nextDouble() * total;
        for (int genre = 0; genre < taste.length - 1; genre++) {
            point -= taste[genre];
            if (point < 0) {
                return genre;
            }
        }
        return taste.length - 1;
    }

    /**
     * The next part of the series, where there is one, it is not seen, and the user goes on; else a new movie of the genre,
     * sometimes the better of two, which makes some movies popular; -1 where all of the genre are seen.
     */
    private int nextMovie(int genre, int last, BitSet seen) {
        boolean sameGenre = last >= 0 && last / MOVIES_OF_GENRE == genre;
        if (sameGenre && (last + 1) % PARTS != 0 && !seen.get(last + 1) && random.nextDouble() < NEXT_PART) {
            return last + 1;
        }
        int first = genre * MOVIES_OF_GENRE;
        int unseen = MOVIES_OF_GENRE - seen.get(first, first + MOVIES_OF_GENRE).cardinality();
        if (unseen == 0) {
            return -1;
        }
        int one = unseen(first, random.nextInt(unseen), seen);
        if (random.nextDouble() >= BETTER_OF_TWO) {
            return one;
        }
        int other = unseen(first, random.nextInt(unseen), seen);
        return quality[one] >= quality[other] ? one : other;
    }

    /** The movie from {@code first} on that has {@code skipped} unseen ones before it. */
    private static int unseen(int first, int skipped, BitSet seen) {
        int movie = seen.nextClearBit(first);
        for (int i = 0; i < skipped; i++) {
            movie = seen.nextClearBit(movie + 1);
        }
        return movie;
    }

    private int rate(double liking, double movieQuality) {
        double noise = random.nextDouble() + random.nextDouble() - 1;
        long rating = Math.round(2.6 + 1.8 * liking + movieQuality + noise);
        return (int) Math.max(Action.LEAST_RATING, Math.min(Action.GREATEST_RATING, rating));
    }
}
