package dev.lanner.examples;

import dev.lanner.hstu.RatingWeightTrial;
import dev.lanner.hstu.Recommendation;
import dev.lanner.hstu.Recommender;
import dev.lanner.hstu.SimilarItem;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a trained model recommends to a user, or which items it finds alike. */
@Command(
        name = "Recommend",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description = "Shows what a model that examples/TrainMl1m trained recommends.",
        footer = {
            "",
            "A user's last event is held out: the recommendations start from the events before it, and the last line says"
                    + " where it ranked. With --whole-history they start from all events.",
            "A model with query time (presets paper, paper-large and best) is asked at the time of the user's last known event, which is what is"
                    + " known when nobody knows when the next one happens; --at asks at another time.",
            "-Dbackend=cpu|tornado|reference chooses the backend (default cpu)."
        })
public final class Recommend implements Callable<Integer> {
    /** For the histories of the users of one answer. */
    private static final long CACHE_BYTES = 1 << 26;

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "folder of a training run (--out)")
    private Path model;

    @ArgGroup(multiplicity = "1")
    private Query query;

    /** What is asked. */
    private static final class Query {
        @Option(names = "--user", paramLabel = "N", description = "recommend to this user")
        private Integer user;

        @Option(names = "--item", paramLabel = "N", description = "show the items most like this one")
        private Integer item;

        @Option(
                names = "--try-weights",
                paramLabel = "X,...",
                split = ",",
                description = "show how well each of these rating weights does on the validation targets")
        private double[] weights;
    }

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "10",
            description = "how many items to show (default: ${DEFAULT-VALUE})")
    private int top;

    @Option(
            names = "--history",
            paramLabel = "N",
            defaultValue = "10",
            description = "how many of the user's last events to show (default: ${DEFAULT-VALUE})")
    private int history;

    @Option(names = "--whole-history", description = "hold nothing out: what the user may want next")
    private boolean wholeHistory;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            converter = RequestTime.Converter.class,
            description =
                    "time of the request, for models that look at it: seconds since 1970, an instant like 2001-03-01T12:00:00Z, or"
                            + " held-out, when the held-out event happened (default: the time of the user's last event)")
    private RequestTime at;

    @Option(
            names = "--rating-weight",
            paramLabel = "X",
            description =
                    "weight of the predicted rating beside the similarity (default: " + Recommender.RATING_WEIGHT + ")")
    private Double ratingWeight;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
    private Integer threads;

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with its handling of errors. */
    static CommandLine commandLine() {
        return Commands.of(new Recommend());
    }

    @Override
    public Integer call() throws IOException {
        Commands.require(spec, top >= 1, "--top must be positive, found " + top);
        Commands.require(spec, history >= 0, "--history must not be negative, found " + history);
        Commands.require(
                spec,
                ratingWeight == null || Double.isFinite(ratingWeight),
                "--rating-weight must be finite, found " + ratingWeight);
        Commands.require(
                spec,
                at == null || query.user != null,
                "--at is the time of a request for a user and goes with --user");
        Commands.require(
                spec,
                at == null || !at.isOfHeldOut() || !wholeHistory,
                "--at held-out needs a held-out event, which --whole-history has none of");
        Commands.useThreads(spec, threads);
        // Found missing before anything is read.
        Backends.current();
        Recommender loaded = Recommender.load(model);
        Recommender recommender = ratingWeight == null ? loaded : loaded.withRatingWeight(ratingWeight);
        PrintWriter out = spec.commandLine().getOut();
        if (query.user != null) {
            recommend(recommender, query.user, out);
        } else if (query.item != null) {
            showSimilar(recommender, query.item, out);
        } else {
            tryWeights(recommender, out);
        }
        out.flush();
        return 0;
    }

    private void recommend(Recommender all, int userId, PrintWriter out) {
        Interactions events = all.data().interactions();
        int user = events.user(userId);
        Commands.require(
                spec,
                user >= 0,
                "--user: " + userId + " is not among the " + events.userCount() + " users of the model's data");
        int end = events.start(user + 1);
        int count = end - events.start(user);
        boolean heldOut = !wholeHistory && count >= LeaveOneOut.LEAST_EVENTS;
        Commands.require(
                spec,
                at == null || !at.isOfHeldOut() || heldOut,
                "--at held-out: user " + userId + " has too few events for one to be held out");
        Recommender recommender = (heldOut ? all.withoutLast(1) : all).withCaches(CACHE_BYTES);
        int known = heldOut ? count - 1 : count;
        int shown = Math.min(history, known);
        Titles titles = new Titles(all.data());

        out.printf(
                Locale.ROOT,
                "user %d: %,d events, the last %d%s%n",
                userId,
                known,
                shown,
                heldOut ? " before the held-out one" : "");
        int last = events.start(user) + known;
        for (int i = last - shown; i < last; i++) {
            out.println(titles.event(i));
        }
        long time = at == null ? events.timestampAt(last - 1) : at.seconds(events.timestampAt(end - 1));
        if (all.hasQueryTime()) {
            String which =
                    at == null ? ", the last event's time" : at.isOfHeldOut() ? ", the held-out event's time" : "";
            out.printf("%nasked at %s%s%n", Titles.time(time), which);
        }
        List<Recommendation> best =
                recommender.recommend(new int[] {userId}, top, true, time).get(userId);
        out.printf("%nrecommended: rank, score%s%n", all.predictsRatings() ? ", predicted rating" : "");
        for (int rank = 1; rank <= best.size(); rank++) {
            Recommendation item = best.get(rank - 1);
            out.printf(
                    Locale.ROOT,
                    "%4d  %7.4f%s  %s%n",
                    rank,
                    item.score(),
                    rating(item, "  %4.2f"),
                    titles.titleAndGenres(item.item()));
        }
        if (heldOut) {
            int target = events.itemId(events.itemAt(end - 1));
            out.printf(
                    Locale.ROOT,
                    "%nheld out: %s%nrated %d%s; rank %,d of the %,d items not seen before%n",
                    titles.titleAndGenres(target),
                    events.ratingAt(end - 1),
                    rating(recommender.rank(userId, new int[] {target}, time).get(0), ", predicted %.2f"),
                    recommender.rankOf(userId, target, time),
                    recommender.unseenItems(userId));
        }
    }

    /** The predicted rating, nothing where there is none. */
    private static String rating(Recommendation item, String format) {
        return item.rating().isPresent()
                ? String.format(Locale.ROOT, format, item.rating().getAsDouble())
                : "";
    }

    private void showSimilar(Recommender recommender, int itemId, PrintWriter out) {
        Interactions events = recommender.data().interactions();
        Commands.require(
                spec,
                events.item(itemId) >= 0,
                "--item: " + itemId + " is not among the " + events.itemCount() + " items of the model's data");
        Titles titles = new Titles(recommender.data());
        out.printf(Locale.ROOT, "most like %s: rank, cosine%n", titles.titleAndGenres(itemId));
        int rank = 0;
        for (SimilarItem item :
                recommender.recommendToItem(new int[] {itemId}, top).get(itemId)) {
            rank++;
            out.printf(Locale.ROOT, "%4d  %7.4f  %s%n", rank, item.similarity(), titles.titleAndGenres(item.item()));
        }
    }

    private void tryWeights(Recommender recommender, PrintWriter out) {
        Commands.require(
                spec,
                recommender.predictsRatings(),
                "--try-weights: preset " + recommender.config().model().preset() + " predicts no ratings");
        for (double weight : query.weights) {
            Commands.require(spec, Double.isFinite(weight), "--try-weights must be finite, found " + weight);
        }
        out.println("validation targets, the first " + Recommender.CANDIDATES + " by similarity ranked again");
        out.println("  weight   HR@10  NDCG@10  NDCG@10 of liked  mean predicted rating of the first 10");
        for (RatingWeightTrial trial : RatingWeightTrial.onValidation(recommender, query.weights)) {
            out.printf(
                    Locale.ROOT,
                    "%8.4f  %.4f   %.4f            %.4f  %.4f%n",
                    trial.weight(),
                    trial.hitRate10(),
                    trial.ndcg10(),
                    trial.likedNdcg10(),
                    trial.meanRating());
        }
    }
}
