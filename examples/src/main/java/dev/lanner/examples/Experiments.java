package dev.lanner.examples;

import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Settings;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.hstu.train.Trainer;
import dev.lanner.nn.AtomicFiles;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Runs whose figures are compared, each in a folder of its own. A run that was stopped goes on; one that is finished is kept, and its
 * test targets are not looked at again.
 *
 * @param dataset what they are trained on
 * @param commit the version of the code, for the record
 * @param quiet whether to show no progress
 * @param lines told a line for each run
 */
record Experiments(Dataset dataset, String commit, boolean quiet, Consumer<String> lines) {
    /** What a finished run is kept in. */
    static final String RESULT = "result.json";

    /**
     * The result of a run: what is in the folder, or what training from where the folder is gives.
     *
     * @throws IOException if the folder holds a run with other settings, or cannot be read or written
     */
    TrainedRun run(PlannedRun planned) throws IOException {
        String title = planned.title();
        Path folder = planned.folder();
        RunConfig config = planned.config();
        RunDirectory directory = planned.check();
        Path finished = folder.resolve(RESULT);
        if (Files.exists(finished)) {
            TrainedRun kept = TrainedRun.read(finished, config);
            lines.accept(title + ": kept");
            return kept;
        }
        directory.begin(config, dataset.data());
        TrainedRun run = train(config, directory);
        AtomicFiles.write(finished, out -> out.write(Settings.toJson(run)));
        lines.accept(String.format(
                Locale.ROOT,
                "%s: test HR@10 %.4f  NDCG@10 %.4f (epoch %d of %d)",
                title,
                run.test().hitRate10(),
                run.test().ndcg10(),
                run.bestEpoch(),
                run.epochs()));
        return run;
    }

    private TrainedRun train(RunConfig config, RunDirectory directory) throws IOException {
        LeaveOneOut split = dataset.split(config.model().maxLength());
        HstuModel model =
                new HstuModel(config.model(), config.items(), config.training().seed());
        Effort before = Effort.in(directory.path(), commit);
        long start = System.nanoTime();
        try (Trainer trainer = new Trainer(model, split, config.training(), directory)) {
            trainer.resume();
            try (TrainProgress progress = new TrainProgress(
                    config.training().epochs(),
                    quiet,
                    epoch -> before.plus((System.nanoTime() - start) / 1e9).write(directory.path()))) {
                trainer.fit(progress);
            }
            Effort effort = Effort.in(directory.path(), commit);
            Evaluation test = trainer.evaluate(LeaveOneOut.Part.TEST, true);
            Evaluation atLastEvent =
                    config.model().attention().queryTime() ? trainer.evaluate(LeaveOneOut.Part.TEST, false) : null;
            return new TrainedRun(
                    config,
                    effort.commit(),
                    model.parameterCount(),
                    trainer.history().size(),
                    trainer.best().epoch(),
                    effort.seconds() / 60,
                    Backends.current().name(),
                    Integer.getInteger("lanner.threads", Runtime.getRuntime().availableProcessors()),
                    trainer.best().validation(),
                    test,
                    atLastEvent);
        }
    }
}
