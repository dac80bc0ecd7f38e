package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.Recommendation;
import dev.lanner.hstu.Recommender;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.train.EpochMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows what a small model recommends. */
class RecommendTest {
    private static final int USER = 3;
    private static final String NAME = "Recommend";

    @TempDir
    private static Path scratch;

    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        run = scratch.resolve("run");
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        Outcome.inProcess("--data", data, "--batch-size", 16, "--epochs", 3, "--out", run)
                .result();
    }

    private static Outcome recommend(Object... arguments) {
        Object[] all = new Object[arguments.length + 2];
        all[0] = "--model";
        all[1] = run;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Outcome.inProcess(Recommend.commandLine(), all);
    }

    private static String text(Outcome outcome) {
        assertEquals(0, outcome.exit(), outcome::toString);
        assertEquals(List.of(), outcome.err());
        return String.join("\n", outcome.out());
    }

    @Test
    void launcherShowsEventsRecommendationsAndTheHeldOutItem() throws Exception {
        Outcome outcome =
                Launcher.runProgram(NAME, scratch, "--model", run, "--user", USER, "--top", 5, "--history", 4);
        String shown = text(outcome);
        assertEquals(shown, text(recommend("--user", USER, "--top", 5, "--history", 4)));
        Recommender recommender = Recommender.load(run).withoutLast(1);
        Interactions events = recommender.data().interactions();
        int user = events.user(USER);
        int end = events.start(user + 1);
        Titles titles = new Titles(recommender.data());
        assertEquals(
                String.format(
                        Locale.ROOT,
                        "user 3: %d events, the last 4 before the held-out one",
                        end - 1 - events.start(user)),
                outcome.out().get(0));
        for (int i = 0; i < 4; i++) {
            assertEquals(titles.event(end - 5 + i), outcome.out().get(1 + i));
        }
        assertTrue(outcome.out()
                .get(1)
                .matches("  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  rated [1-5]  The \\S+ .*, Part \\d "
                        + "\\(\\d{4}\\)  \\[\\S+\\]"));
        List<Recommendation> best = recommender.recommend(new int[] {USER}, 5).get(USER);
        for (int i = 0; i < 5; i++) {
            Recommendation item = best.get(i);
            assertEquals(
                    String.format(
                            Locale.ROOT,
                            "%4d  %7.4f  %4.2f  %s",
                            i + 1,
                            item.score(),
                            item.rating().orElseThrow(),
                            titles.titleAndGenres(item.item())),
                    outcome.out().get(7 + i));
        }
        int target = events.itemId(events.itemAt(end - 1));
        assertEquals("held out: " + titles.titleAndGenres(target), outcome.out().get(13));
        String rank = String.format(
                Locale.ROOT,
                "; rank %d of the %d items not seen before",
                recommender.rankOf(USER, target),
                recommender.unseenItems(USER));
        assertTrue(outcome.out().get(14).endsWith(rank), outcome::toString);
        assertTrue(outcome.out().get(14).startsWith("rated " + events.ratingAt(end - 1) + ", predicted "));
        assertEquals(15, outcome.out().size());
    }

    @Test
    void wholeHistoryHoldsNothingOut() {
        Outcome outcome = recommend("--user", USER, "--whole-history", "--history", 0, "--top", 2);
        String shown = text(outcome);
        assertFalse(shown.contains("held"), shown);
        assertEquals(5, outcome.out().size(), outcome::toString);
        assertTrue(outcome.out().get(0).matches("user 3: \\d+ events, the last 0"), shown);
    }

    private static Path train(String preset) {
        Path trained = scratch.resolve(preset);
        if (!Files.exists(trained)) {
            Path data = scratch.resolve("tiny");
            Outcome training = Outcome.inProcess(
                    "--data", data, "--preset", preset, "--batch-size", 16, "--epochs", 2, "--out", trained);
            assertEquals(0, training.exit(), training::toString);
        }
        return trained;
    }

    private static Outcome recommendOf(String preset, Object... arguments) {
        Object[] all = new Object[arguments.length + 4];
        all[0] = "--model";
        all[1] = train(preset);
        all[2] = "--user";
        all[3] = USER;
        System.arraycopy(arguments, 0, all, 4, arguments.length);
        return Outcome.inProcess(Recommend.commandLine(), all);
    }

    /** Without a rating head there are no ratings; the time of the request is told where it counts. */
    @Test
    void modelsWithQueryTimeAreAskedAtATime() throws IOException {
        Outcome plain = recommendOf("paper", "--top", 3, "--history", 1);
        String shown = text(plain);
        Interactions events = Recommender.load(train("paper")).data().interactions();
        int last = events.start(events.user(USER) + 1) - 2;
        String asked = "asked at " + Titles.time(events.timestampAt(last)) + ", the last event's time";
        assertEquals(asked, plain.out().get(3));
        assertEquals("recommended: rank, score", plain.out().get(5));
        assertTrue(plain.out().get(6).matches(" {3}1 +-?\\d\\.\\d{4}  The .*"), shown);
        assertTrue(plain.out().get(11).matches("rated \\d; rank \\d+ of the \\d+ items not seen before"), shown);

        String same = text(recommendOf("paper", "--top", 3, "--history", 1, "--at", events.timestampAt(last)));
        assertEquals(shown.replace(", the last event's time", ""), same);
        Outcome heldOut = recommendOf("paper", "--top", 3, "--history", 1, "--at", "held-out");
        String then = Titles.time(events.timestampAt(last + 1));
        assertEquals(
                "asked at " + then + ", the held-out event's time",
                heldOut.out().get(3));
        Outcome instant = recommendOf("paper", "--top", 3, "--history", 1, "--at", "2004-03-01T12:00:00Z");
        assertEquals("asked at 2004-03-01 12:00", instant.out().get(3));
        assertNotEquals(plain.out().get(6), instant.out().get(6), "the score");
    }

    @Test
    void modelsWithoutQueryTimeLookAtNoTime() {
        String shown = text(recommendOf("sasrec"));
        assertEquals(shown, text(recommendOf("sasrec", "--at", "2004-03-01T12:00:00Z")));
        assertFalse(shown.contains("asked at"), shown);
        Outcome.inProcess(Recommend.commandLine(), "--model", train("sasrec"), "--try-weights", "0")
                .assertUsageErrorOf(NAME, "--try-weights: preset sasrec predicts no ratings");
        Outcome.inProcess(MFalconTimes.commandLine(), "--model", train("sasrec"))
                .assertUsageErrorOf("MFalcon", "--model: preset sasrec has no candidates with states of their own");
    }

    @Test
    void ratingWeightChangesTheRanking() {
        String without = text(recommend("--user", USER, "--rating-weight", 0));
        assertNotEquals(without, text(recommend("--user", USER, "--rating-weight", 10)));
    }

    @Test
    void similarItems() {
        Outcome outcome = recommend("--item", 1, "--top", 3);
        String shown = text(outcome);
        assertEquals(4, outcome.out().size(), shown);
        assertTrue(outcome.out().get(0).startsWith("most like The Action "), shown);
        assertTrue(outcome.out().get(1).matches("   1   0\\.\\d{4}  The .*"), shown);
    }

    @Test
    void weightZeroGivesTheValidationFiguresOfTraining() throws IOException {
        Outcome outcome = recommend("--try-weights", "0,0.1");
        text(outcome);
        List<String> lines = Files.readAllLines(run.resolve("metrics.csv"));
        double best = 0;
        String hitRate = "";
        for (String line : lines.subList(1, lines.size())) {
            EpochMetrics metrics = EpochMetrics.fromCsv(line);
            if (metrics.validation().ndcg10() > best) {
                best = metrics.validation().ndcg10();
                hitRate =
                        String.format(Locale.ROOT, "%.4f", metrics.validation().hitRate10());
            }
        }
        String start = String.format(Locale.ROOT, "  0.0000  %s   %.4f ", hitRate, best);
        assertTrue(outcome.out().get(2).startsWith(start), () -> start + " in " + outcome);
        assertEquals(4, outcome.out().size());
    }

    @Test
    void titlesMayBeMissing() throws IOException {
        Path copy = scratch.resolve("untitled");
        Files.createDirectories(copy.resolve("data"));
        for (String file : List.of("config.json", "model.safetensors", "data/ratings.dat")) {
            Files.copy(run.resolve(file), copy.resolve(file));
        }
        Outcome outcome = Outcome.inProcess(Recommend.commandLine(), "--model", copy, "--item", 1, "--top", 1);
        text(outcome);
        assertEquals("most like item 1: rank, cosine", outcome.out().get(0));
        assertTrue(outcome.out().get(1).matches("   1  +\\S+  item \\d+"), outcome::toString);
    }

    @Test
    void helpListsTheOptions() throws Exception {
        String help = text(Launcher.runProgram(NAME, scratch, "--help"));
        for (String option : List.of(
                "--model",
                "--user",
                "--item",
                "--try-weights",
                "--top",
                "--history",
                "--whole-history",
                "--at",
                "--rating-weight",
                "--threads",
                "-Dbackend=")) {
            assertTrue(help.contains(option), () -> option + " is not in: " + help);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--user 99999 | --user: 99999 is not among the 40 users of the model's data",
                "--user -1 | --user: -1 is not among",
                "--user x | Invalid value for option '--user': 'x' is not an int",
                "--item 0 | --item: 0 is not among the",
                "--user 1 --item 1 | --user=N, --item=N are mutually exclusive",
                "--top 5 | Missing required argument",
                "--user 1 --top 0 | --top must be positive, found 0",
                "--user 1 --history -1 | --history must not be negative, found -1",
                "--user 1 --rating-weight NaN | --rating-weight must be finite, found NaN",
                "--try-weights 0,Infinity | --try-weights must be finite, found Infinity",
                "--user 1 --at noon | Invalid value for option '--at': must be seconds, an instant like 2001-03-01T12:00:00Z or"
                        + " held-out, found 'noon'",
                "--user 1 --at 99999999999999999999 | must be seconds, an instant like",
                "--item 1 --at 5 | --at is the time of a request for a user and goes with --user",
                "--user 1 --at held-out --whole-history | --at held-out needs a held-out event",
                "--user 1 --threads 0 | --threads must be in 1..1024, found 0",
                "--user 1 --nonsense | Unknown option: '--nonsense'",
            })
    void options(String arguments, String told) {
        recommend((Object[]) arguments.split(" ", -1)).assertUsageErrorOf(NAME, told);
    }

    @Test
    void foldersWithoutAModel() throws Exception {
        Path missing = scratch.resolve("missing");
        Launcher.runProgram(NAME, scratch, "--model", missing, "--user", 1)
                .assertUsageErrorOf(NAME, missing + ": no such directory");
        Path tiny = scratch.resolve("tiny");
        Outcome.inProcess(Recommend.commandLine(), "--model", tiny, "--user", 1)
                .assertUsageErrorOf(NAME, tiny + ": holds no run: config.json is missing");
        Outcome.inProcess(Recommend.commandLine(), "--user", 1)
                .assertUsageErrorOf(NAME, "Missing required option: '--model=DIR'");
    }
}
