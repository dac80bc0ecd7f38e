package dev.lanner.examples;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.PopularityRanking;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.RatingCalibration;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.EpochMetrics;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.hstu.train.Trainer;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains HSTU on MovieLens-1M, or on the built-in sample, and prints how well it recommends. */
@Command(
        name = "TrainMl1m",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        version = "lanner 0.1.0",
        description = "Trains HSTU on MovieLens-1M: from ratings.dat to HR@10 on the full catalogue.",
        footer = {
            "",
            "Without --data: $ML1M_DIR, else ~/.cache/lanner/ml-1m, else a download from GroupLens to there, else the"
                    + " built-in sample. A run that is resumed goes on with the data in its folder, or a copy of them that --data names; the sample is made again.",
            "-Dbackend=cpu|tornado|reference chooses the backend (default cpu)."
        })
public final class TrainMl1m implements Callable<Integer> {
    private static final String REPORT = "report.html";

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "folder with ratings.dat")
    private Path data;

    @Option(names = "--sample", description = "train on the built-in synthetic sample")
    private boolean sample;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "model preset: article (default), paper, paper-large, position-only, sasrec, best")
    private String preset;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description =
                    "another value of one of config.json's settings, like model.attention.bias=POSITION; may be repeated")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the data")
    private Integer epochs;

    @Option(names = "--batch-size", paramLabel = "N", description = "sequences in a step")
    private Integer batchSize;

    @Option(names = "--lr", paramLabel = "X", description = "learning rate")
    private Double learningRate;

    @Option(names = "--seed", paramLabel = "N", description = "of initial values, shuffling, dropout and negatives")
    private Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores)")
    private Integer threads;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of the run (default: a new one under runs/)")
    private Path out;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description = "go on with the run in this folder, with its own configuration; only --epochs may be raised")
    private Path resume;

    @Option(names = "--quiet", description = "print the last line only")
    private boolean quiet;

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with its handling of errors. */
    static CommandLine commandLine() {
        return Commands.of(new TrainMl1m());
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        long start = System.nanoTime();
        // Found missing before any data is read.
        String backend = Backends.current().name();
        RunDirectory resumed = resume == null ? null : RunDirectory.open(resume);
        Dataset dataset = resumed == null ? chooseData() : dataOf(resumed);
        Interactions interactions = dataset.interactions();
        RunConfig config = resumed == null ? newConfig(dataset) : resumedConfig(resumed.config(), interactions);
        RunDirectory directory = resumed == null ? RunDirectory.create(outPath(config)) : resumed;

        LeaveOneOut split = dataset.split(config.model().maxLength());
        HstuModel model = new HstuModel(
                config.model(), interactions.itemCount(), config.training().seed());
        say(dataset.describe());
        say(String.format(
                Locale.ROOT,
                "model: preset %s, %,d parameters; backend %s; %d epochs of batches of %d; run in %s",
                config.model().preset(),
                model.parameterCount(),
                backend,
                config.training().epochs(),
                config.training().batchSize(),
                directory.path()));
        RankingMetrics popularity = new PopularityRanking(split).evaluate(LeaveOneOut.Part.TEST);

        try (Trainer trainer = new Trainer(model, split, config.training(), directory)) {
            if (resumed != null) {
                trainer.resume();
                say("resumed after epoch " + trainer.history().size());
            }
            directory.begin(config, dataset.data());
            try (TrainProgress progress = new TrainProgress(config.training().epochs(), quiet, this::say)) {
                trainer.fit(progress);
            } catch (OutOfMemoryError e) {
                // The one size that a user sets; what is saved stays.
                throw new IOException(
                        "batches of " + config.training().batchSize()
                                + " do not fit into the memory; try a smaller --batch-size",
                        e);
            }
            Evaluation test = trainer.evaluate(LeaveOneOut.Part.TEST, true);
            Evaluation without = null;
            String figures = "";
            if (config.model().attention().queryTime()) {
                without = trainer.evaluate(LeaveOneOut.Part.TEST, false);
                say(testLine("with query time   ", test));
                say(testLine("without query time", without));
                figures = String.format(
                        Locale.ROOT,
                        " no_query_time_test_hr@10=%.4f no_query_time_test_ndcg@10=%.4f",
                        without.hitRate10(),
                        without.ndcg10());
            } else {
                say(testLine("no query time", test));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            RatingCalibration calibration = new RatingCalibration();
            if (model.predictsRatings()) {
                trainer.evaluate(LeaveOneOut.Part.VALIDATION, true, calibration);
            }
            BiasCurves bias = new BiasCurves(config.model(), model.stateDict());
            new RunReport(
                            config,
                            dataset.describe(),
                            model.parameterCount(),
                            trainer.history(),
                            trainer.best(),
                            new RunReport.Outcome(test, without, popularity, calibration, bias))
                    .write(directory.path().resolve(REPORT));
            print(result(config, trainer, test, popularity.hitRate(10), figures, seconds));
            return 0;
        }
    }

    private void checkOptions() {
        require(data == null || !sample, "--data and --sample exclude each other");
        require(epochs == null || epochs >= 1, "--epochs must be positive, found " + epochs);
        require(batchSize == null || batchSize >= 1, "--batch-size must be positive, found " + batchSize);
        require(
                learningRate == null || (learningRate > 0 && Double.isFinite(learningRate)),
                "--lr must be positive and finite, found " + learningRate);
        if (resume != null) {
            boolean other = sample
                    || preset != null
                    || !settings.isEmpty()
                    || batchSize != null
                    || learningRate != null
                    || seed != null
                    || out != null;
            require(
                    !other,
                    "--resume goes on with the run's own configuration; only --epochs, --data, --threads and --quiet go with it");
        }
        if (preset != null) {
            try {
                HstuConfig.preset(preset);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--preset: " + e.getMessage(), e);
            }
        }
        Commands.useThreads(spec, threads);
    }

    private void require(boolean holds, String rule) {
        Commands.require(spec, holds, rule);
    }

    private Dataset chooseData() throws InterruptedIOException {
        if (sample) {
            return Dataset.sample();
        }
        if (data != null) {
            return Dataset.read(data);
        }
        Path found;
        try {
            found = Ml1mSource.find(this::say);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // On standard error, and if quiet too: nobody should take the sample's figures for MovieLens-1M's.
            PrintWriter err = spec.commandLine().getErr();
            err.println("MovieLens-1M cannot be had here (" + Commands.reason(e)
                    + "): training on the built-in sample instead; give" + " --data DIR or set "
                    + Ml1mSource.ENVIRONMENT + " to use a copy of your own");
            err.flush();
            return Dataset.sample();
        }
        return Dataset.ml1m(found);
    }

    /** What a run goes on with: the data that are named, else those that its folder keeps. */
    private Dataset dataOf(RunDirectory run) throws IOException {
        String name = run.config().dataset();
        if (name.equals(Dataset.SAMPLE)) {
            require(data == null, "--data does not go with a run on the sample");
            return Dataset.sample();
        }
        require(
                data != null || run.hasData(),
                "--resume: " + run.path() + " keeps no data; name those of the run by --data");
        return data == null ? new Dataset(name, run.data()) : Dataset.read(data);
    }

    private RunConfig newConfig(Dataset dataset) {
        Map<String, Object> changes = new LinkedHashMap<>(settings);
        put(changes, "training.epochs", epochs);
        put(changes, "training.batchSize", batchSize);
        put(changes, "training.learningRate", learningRate);
        put(changes, "training.seed", seed);
        try {
            return dataset.config(preset == null ? "article" : preset).with(changes);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--set: " + e.getMessage(), e);
        }
    }

    private void put(Map<String, Object> changes, String name, Object option) {
        if (option != null) {
            require(!changes.containsKey(name), "--set " + name + " and the option for it exclude each other");
            changes.put(name, option);
        }
    }

    private RunConfig resumedConfig(RunConfig before, Interactions interactions) {
        require(
                before.fingerprint().equals(interactions.fingerprint()),
                "--resume: the data are not those that the run was started on (" + before.dataset() + ")");
        if (epochs == null) {
            return before;
        }
        require(
                epochs >= before.training().epochs(),
                "--resume: --epochs may only be raised, from "
                        + before.training().epochs() + ", found " + epochs);
        require(
                epochs == before.training().epochs()
                        || !before.training().schedule().dependsOnLength(),
                "--resume: the learning rate falls over the run's "
                        + before.training().epochs() + " epochs, so that there cannot be more");
        return before.withEpochs(epochs);
    }

    private Path outPath(RunConfig config) {
        if (out != null) {
            return out;
        }
        String time = LocalDateTime.now(ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        String run = config.model().preset() + "-seed" + config.training().seed();
        return Path.of("runs", config.dataset() + "-" + run + "-" + time);
    }

    private static String result(
            RunConfig config, Trainer trainer, Evaluation test, double popularity, String more, double seconds) {
        EpochMetrics best = trainer.best();
        return String.format(
                Locale.ROOT,
                "RESULT dataset=%s preset=%s seed=%d epochs=%d best_epoch=%d val_hr@10=%.4f val_ndcg@10=%.4f test_hr@10=%.4f"
                        + " test_ndcg@10=%.4f test_mrr=%.4f test_hr@50=%.4f test_hr@200=%.4f%s pop_hr@10=%.4f%s seconds=%.1f",
                config.dataset(),
                config.model().preset(),
                config.training().seed(),
                trainer.history().size(),
                best.epoch(),
                best.validation().hitRate10(),
                best.validation().ndcg10(),
                test.hitRate10(),
                test.ndcg10(),
                test.mrr(),
                test.hitRate50(),
                test.hitRate200(),
                config.model().loss().predictsRatings()
                        ? String.format(Locale.ROOT, " rating_rmse=%.4f", test.ratingRmse())
                        : "",
                popularity,
                more,
                seconds);
    }

    /** All of the ranking's figures. */
    private static String testLine(String title, Evaluation test) {
        return String.format(
                Locale.ROOT,
                "test, %s  HR@10 %.4f  NDCG@10 %.4f  HR@50 %.4f  NDCG@50 %.4f  HR@200 %.4f  NDCG@200 %.4f  MRR %.4f",
                title,
                test.hitRate10(),
                test.ndcg10(),
                test.hitRate50(),
                test.ndcg50(),
                test.hitRate200(),
                test.ndcg200(),
                test.mrr());
    }

    private void say(String line) {
        if (!quiet) {
            print(line);
        }
    }

    private void print(String line) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }
}
