package dev.lanner.examples;

import dev.lanner.hstu.Recommender;
import dev.lanner.hstu.TwoStage;
import dev.lanner.hstu.inference.FullForward;
import dev.lanner.hstu.inference.History;
import dev.lanner.hstu.inference.HnswIndex;
import dev.lanner.hstu.inference.ItemIndex;
import dev.lanner.hstu.inference.KvCache;
import dev.lanner.hstu.inference.MFalcon;
import dev.lanner.hstu.inference.Neighbours;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures serving: candidates scored from cached histories beside whole forward passes, retrieval, and many requests at a time. */
@Command(
        name = "MFalcon",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description = "Measures how fast recommendations are served from cached histories (M-FALCON).",
        footer = {
            "",
            "Times do not depend on what a model has learned: without --model it is a fresh one of the preset article. Ratings"
                    + " are predicted from the candidates' own states, however the model was trained: --model takes those of the preset article, which have such states.",
            "-Dbackend=cpu|tornado|reference chooses the backend (default cpu)."
        })
public final class MFalconTimes implements Callable<Integer> {
    private static final int RANKED = 100;
    private static final int NEAREST = 10;
    private static final int SEARCHES = 200;
    private static final int MANY_THREADS = 32;
    /** Of the mixed requests, by one thread and by many in turn. */
    private static final int MIXED_ROUNDS = 5;

    /** Events that the users of the mixed requests have room for at first: then caches grow, and some are full. */
    private static final int ROOM = 10;

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "DIR", description = "folder of a run that examples/TrainMl1m wrote")
    private Path directory;

    @Option(names = "--items", paramLabel = "N", description = "items of a fresh model (default: ${DEFAULT-VALUE})")
    private int items = 3706;

    @Option(
            names = "--lengths",
            paramLabel = "N",
            split = ",",
            description = "events of the histories scored (default: 200,1000); the first is that of all other cases")
    private List<Integer> lengths = List.of(200, 1000);

    @Option(
            names = "--large",
            paramLabel = "N",
            description = "items of the large indices (default: ${DEFAULT-VALUE}, whose graph is made in two minutes)")
    private int large = 100_000;

    @Option(names = "--requests", paramLabel = "N", description = "requests of many users (default: ${DEFAULT-VALUE})")
    private int requests = 10_000;

    @Option(names = "--runs", paramLabel = "N", description = "of each short case (default: ${DEFAULT-VALUE})")
    private int runs = 300;

    @Option(
            names = "--passes",
            paramLabel = "N",
            description = "over the catalogue one by one (default: ${DEFAULT-VALUE})")
    private int passes = 3;

    @Option(names = "--warm-up", paramLabel = "SECONDS", description = "of each short case (default: ${DEFAULT-VALUE})")
    private double warmUp = 3;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
    private Integer threads;

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with its handling of errors. */
    static CommandLine commandLine() {
        return Commands.of(new MFalconTimes());
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        Commands.useThreads(spec, threads);
        Backends.current();
        HstuModel model = directory == null ? fresh(lengths.get(0)) : trained();
        for (int length : lengths) {
            // Another length than the model's takes other position tables, which are not trained then.
            compare(length == model.config().maxLength() ? model : fresh(model, length), length);
        }
        MFalcon falcon = new MFalcon(model);
        int length = Math.min(lengths.get(0), model.config().maxLength());
        serve(falcon, length);
        search(falcon.encode(history(falcon, length)), model);
        mixed(falcon, length);
        return 0;
    }

    private void checkOptions() {
        require(directory == null || !isGiven("--items"), "--items is for a fresh model, --model has its own");
        for (int count : List.of(items, large, requests, runs, passes)) {
            require(count >= 1, "counts must be positive, found " + count);
        }
        require(warmUp >= 0 && warmUp <= 600, "--warm-up must be in 0..600, found " + warmUp);
        require(large >= NEAREST, "--large must be at least " + NEAREST + ", found " + large);
        require(items >= NEAREST, "--items must be at least " + NEAREST + ", found " + items);
        for (int length : lengths) {
            require(length >= 2, "--lengths must be at least 2, found " + length);
        }
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private void require(boolean holds, String rule) {
        Commands.require(spec, holds, rule);
    }

    private HstuModel fresh(int maxLength) {
        return new HstuModel(ofLength(targetAware(HstuConfig.article()), maxLength), items, 1);
    }

    private static HstuModel fresh(HstuModel like, int maxLength) {
        return new HstuModel(ofLength(like.config(), maxLength), like.itemCount(), 1);
    }

    private static HstuConfig targetAware(HstuConfig config) {
        return config.with("loss.ratingTargetAware", true);
    }

    private static HstuConfig ofLength(HstuConfig config, int maxLength) {
        return config.with("maxLength", maxLength).with("attention.divisor", maxLength);
    }

    private HstuModel trained() throws IOException {
        RunDirectory run = RunDirectory.open(directory);
        RunConfig config = run.config();
        require(
                config.model().takesCandidates() && config.model().loss().predictsRatings(),
                "--model: preset " + config.model().preset()
                        + " has no candidates with states of their own, which are what is measured");
        HstuModel model = new HstuModel(targetAware(config.model()), config.items(), 1);
        run.loadBest(model);
        return model;
    }

    private static History history(MFalcon falcon, int length) {
        return new ServedUser(1, falcon, length).history();
    }

    private static int[] catalogue(HstuModel model) {
        return IntStream.rangeClosed(1, model.itemCount()).toArray();
    }

    /** All candidates from the cache beside one whole forward pass for each, 128 at a time. */
    private void compare(HstuModel model, int length) {
        MFalcon falcon = new MFalcon(model);
        History history = history(falcon, length);
        int[] candidates = catalogue(model);
        int repeats = Math.max(1, runs / 10);
        KvCache cache = falcon.encode(history);
        FullForward full = new FullForward(model);
        // The whole pass first: it compiles most of what the other two use.
        Timing oneByOne = Timing.of(0, passes, () -> full.ratings(history, cache.lastTime(), candidates));
        Timing encoding = Timing.of(warmUp, repeats, () -> falcon.encode(history));
        Timing cached = Timing.of(warmUp, repeats, () -> falcon.score(cache, candidates));
        print(String.format(
                Locale.ROOT,
                "RATIO case=mfalcon n=%d candidates=%d threads=%d cached_ms=%.3f one_by_one_ms=%.1f ratio=%.1f"
                        + " encode_ms=%.3f ratio_with_encode=%.1f",
                length,
                candidates.length,
                threadCount(),
                cached.median(),
                oneByOne.median(),
                oneByOne.median() / cached.median(),
                encoding.median(),
                oneByOne.median() / (cached.median() + encoding.median())));
        float[] expected = full.ratings(history, cache.lastTime(), candidates);
        float[] actual = falcon.score(cache, candidates).ratings();
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(actual[i] - expected[i]) / Math.abs((double) expected[i]));
        }
        print(String.format(
                Locale.ROOT,
                "DIFFERENCE case=cached_against_full n=%d candidates=%d largest_relative=%.1e",
                length,
                candidates.length,
                largest));
    }

    private int threadCount() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private void serve(MFalcon falcon, int length) {
        HstuModel model = falcon.model();
        History history = history(falcon, length);
        KvCache cache = falcon.encode(history);
        int[] candidates = catalogue(model);
        Timing whole = Timing.of(warmUp, runs, () -> falcon.score(cache, candidates));
        print(String.format(
                Locale.ROOT,
                "LATENCY case=catalogue n=%d candidates=%d p50_ms=%.3f p99_ms=%.3f",
                length,
                candidates.length,
                whole.median(),
                whole.percentile(99)));
        ItemIndex index = ItemIndex.exact(model);
        int ranked = Math.min(RANKED, model.itemCount());
        TwoStage stages = new TwoStage(ranked, Recommender.RATING_WEIGHT);
        int[] places = IntStream.range(0, ranked).toArray();
        Timing top = Timing.of(warmUp, runs, () -> {
            Neighbours found = index.search(cache.state(), ranked);
            stages.ranked(falcon.score(cache, found.items()), places);
        });
        print(String.format(
                Locale.ROOT,
                "LATENCY case=top100_ranked n=%d candidates=%d p50_ms=%.3f p99_ms=%.3f",
                length,
                ranked,
                top.median(),
                top.percentile(99)));
        KvCache shorter = falcon.encode(history.mostRecent(length - 1));
        Timing append = Timing.of(warmUp, runs, () -> falcon.append(shorter, 1, 1, shorter.lastTime()));
        print(String.format(
                Locale.ROOT,
                "LATENCY case=append n=%d p50_ms=%.3f p99_ms=%.3f",
                length - 1,
                append.median(),
                append.percentile(99)));
    }

    private void search(KvCache cache, HstuModel model) {
        float[] state = cache.state();
        Tensor many = Tensor.normal(RandomKey.of(1), 0, 1, DType.F32, Shape.of(large + 1, state.length));
        for (Tensor embeddings : List.of(model.itemEmbeddings().detach(), many)) {
            ItemIndex exact = ItemIndex.exact(embeddings);
            exactTimes(exact, state);
            long start = System.nanoTime();
            ItemIndex approximate = ItemIndex.hnsw(embeddings, HnswIndex.Settings.DEFAULT);
            approximateTimes(approximate, (System.nanoTime() - start) / 1e9, exact, state);
        }
    }

    private void approximateTimes(ItemIndex approximate, double buildSeconds, ItemIndex exact, float[] state) {
        int k = Math.min(NEAREST, approximate.size());
        Timing time = Timing.of(warmUp, runs, () -> approximate.search(state, k));
        int hits = 0;
        for (int i = 0; i < SEARCHES; i++) {
            float[] other = Tensor.normal(RandomKey.of(i), 0, 1, DType.F32, Shape.of(state.length))
                    .toFloats();
            int[] right = exact.search(other, k).items();
            for (int item : approximate.search(other, k).items()) {
                hits += Arrays.stream(right).anyMatch(one -> one == item) ? 1 : 0;
            }
        }
        print(String.format(
                Locale.ROOT,
                "LATENCY case=hnsw_top%d items=%d p50_us=%.1f p99_us=%.1f recall@%d=%.4f settings=%d/%d/%d build_s=%.1f",
                k,
                approximate.size(),
                1000 * time.median(),
                1000 * time.percentile(99),
                k,
                hits / (double) (SEARCHES * k),
                HnswIndex.Settings.DEFAULT.links(),
                HnswIndex.Settings.DEFAULT.buildCandidates(),
                HnswIndex.Settings.DEFAULT.searchCandidates(),
                buildSeconds));
    }

    private void exactTimes(ItemIndex index, float[] state) {
        int k = Math.min(NEAREST, index.size());
        Timing time = Timing.of(warmUp, 10 * runs, () -> index.search(state, k));
        print(String.format(
                Locale.ROOT,
                "LATENCY case=exact_top%d items=%d p50_us=%.1f p99_us=%.1f",
                k,
                index.size(),
                1000 * time.median(),
                1000 * time.percentile(99)));
    }

    private void mixed(MFalcon falcon, int length) {
        ConcurrentRequests all = new ConcurrentRequests(falcon, Math.max(1, length - ROOM), requests);
        ConcurrentRequests.Served expected = all.serve(1);
        boolean identical = all.serve(MANY_THREADS).isSame(expected);
        double[] one = new double[MIXED_ROUNDS];
        double[] many = new double[MIXED_ROUNDS];
        for (int round = 0; round < MIXED_ROUNDS; round++) {
            one[round] = 1000 * all.serve(1).seconds();
            ConcurrentRequests.Served served = all.serve(MANY_THREADS);
            many[round] = 1000 * served.seconds();
            identical &= served.isSame(expected);
        }
        double oneMillis = new Timing(one).median();
        double manyMillis = new Timing(many).median();
        print(String.format(
                Locale.ROOT,
                "THROUGHPUT case=mixed threads=%d requests=%d one_thread_per_s=%.0f many_per_s=%.0f ratio=%.2f identical=%b",
                MANY_THREADS,
                requests,
                1000.0 * requests / oneMillis,
                1000.0 * requests / manyMillis,
                oneMillis / manyMillis,
                identical));
    }

    private void print(String line) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }
}
