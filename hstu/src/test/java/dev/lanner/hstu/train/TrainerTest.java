package dev.lanner.hstu.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.nn.AveragedModel;
import dev.lanner.nn.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    static final HstuConfig MODEL = small();

    @TempDir
    private Path folder;

    private static HstuConfig small() {
        return HstuConfig.article()
                .with("preset", "test")
                .with("width", 16)
                .with("blocks", 1)
                .with("maxLength", 20)
                .with("attention.queryWidth", 16)
                .with("attention.valueWidth", 16)
                .with("attention.divisor", 20)
                .with("loss.negatives", 8)
                .with("loss.temperature", 0.1)
                .with("initial.input.scale", 5)
                .with("initial.projection.scale", 2);
    }

    /** Users who walk through the items in a circle, with a jump now and then. */
    static Interactions walks() {
        SplittableRandom random = new SplittableRandom(5);
        Interactions.Builder builder = new Interactions.Builder();
        for (int user = 1; user <= 40; user++) {
            int item = random.nextInt(25);
            for (int event = 0; event < 12; event++) {
                builder.add(user, item + 1, 1 + item % 5, 1000L * event + user);
                item = (item + (random.nextInt(10) == 0 ? 7 : 1)) % 25;
            }
        }
        return builder.build();
    }

    private record Run(Trainer trainer, HstuModel model, RunDirectory directory) {}

    private Run run(String name, TrainConfig config) throws IOException {
        Interactions interactions = walks();
        LeaveOneOut split = new LeaveOneOut(interactions, MODEL.maxLength());
        HstuModel model = new HstuModel(MODEL, interactions.itemCount(), config.seed());
        RunDirectory directory = RunDirectory.create(folder.resolve(name));
        directory.writeConfig(
                new RunConfig("walks", interactions.fingerprint(), interactions.itemCount(), MODEL, config));
        return new Run(new Trainer(model, split, config, directory), model, directory);
    }

    @Test
    void learnsKeepsTheBestEpochAndResumesBitForBit() throws IOException {
        Run whole = run("whole", new TrainConfig(6, 10, 1e-2, 3, 0));
        List<EpochMetrics> told = new ArrayList<>();
        whole.trainer().fit(new TrainListener() {
            @Override
            public void epochDone(EpochMetrics metrics) {
                told.add(metrics);
            }
        });
        assertEquals(6, told.size());
        assertEquals(told, whole.trainer().history());
        assertTrue(told.get(5).loss() < told.get(0).loss());
        EpochMetrics best = whole.trainer().best();
        told.forEach(metrics ->
                assertTrue(metrics.validation().ndcg10() <= best.validation().ndcg10()));

        Run first = run("parts", new TrainConfig(2, 10, 1e-2, 3, 0));
        first.trainer().fit(TrainListener.NONE);
        RunDirectory opened = RunDirectory.open(folder.resolve("parts"));
        RunConfig config = opened.config().withEpochs(6);
        Interactions interactions = walks();
        assertEquals(interactions.fingerprint(), config.fingerprint());
        HstuModel model =
                new HstuModel(config.model(), config.items(), config.training().seed());
        Trainer resumed =
                new Trainer(model, new LeaveOneOut(interactions, MODEL.maxLength()), config.training(), opened);
        resumed.resume();
        assertEquals(2, resumed.history().size());
        resumed.fit(TrainListener.NONE);
        assertEquals(told, resumed.history());
        for (String file : List.of("metrics.csv", "model.safetensors", "checkpoint.safetensors")) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("whole").resolve(file)),
                    Files.readAllBytes(folder.resolve("parts").resolve(file)),
                    file);
        }
    }

    @Test
    void aFallingRateAndAllEventsResumeBitForBitAndDiffer() throws IOException {
        TrainConfig plain = new TrainConfig(3, 10, 1e-2, 3, 0);
        TrainConfig config = plain.with("schedule.decay", ScheduleConfig.Decay.COSINE)
                .with("schedule.warmupSteps", 2)
                .with("part", LeaveOneOut.TrainingPart.ALL);
        Run other = run("plain", plain);
        other.trainer().fit(TrainListener.NONE);
        Run whole = run("whole", config);
        whole.trainer().fit(TrainListener.NONE);
        assertTrue(whole.trainer().history().get(2).loss()
                != other.trainer().history().get(2).loss());
        assertEquals(
                whole.trainer().history(), stoppedAndResumed(config).trainer().history());
    }

    @Test
    void anAverageIsWhatIsValidatedAndKeptAndResumesBitForBit() throws IOException {
        TrainConfig plain = new TrainConfig(3, 10, 1e-2, 3, 0);
        TrainConfig config = plain.with("averaging.decay", 0.6);
        LeaveOneOut split = new LeaveOneOut(walks(), MODEL.maxLength());
        Run other = run("plain", plain);
        HstuModel averaged = new HstuModel(MODEL, walks().itemCount(), 9);
        AveragedModel<HstuModel> expected = new AveragedModel<>(other.model(), averaged, 0.6);
        Evaluator evaluator = new Evaluator(averaged, split);
        List<Evaluation> validations = new ArrayList<>();
        other.trainer().fit(new TrainListener() {
            @Override
            public void epochDone(EpochMetrics metrics) {
                expected.update();
                validations.add(evaluator.evaluate(LeaveOneOut.Part.VALIDATION));
            }
        });

        Run whole = run("whole", config);
        whole.trainer().fit(TrainListener.NONE);
        assertFalse(whole.model().isTraining());
        assertEquals(
                validations,
                whole.trainer().history().stream().map(EpochMetrics::validation).toList());
        assertEquals(
                whole.trainer().best().validation(),
                new Evaluator(whole.model(), split).evaluate(LeaveOneOut.Part.VALIDATION),
                "the model is left with what was kept");
        assertEquals(whole.trainer().best().validation(), whole.trainer().evaluate(LeaveOneOut.Part.VALIDATION, true));

        Run resumed = stoppedAndResumed(config);
        assertEquals(whole.trainer().history(), resumed.trainer().history());
        for (String file : List.of("model.safetensors", "checkpoint.safetensors")) {
            assertArrayEquals(
                    Files.readAllBytes(whole.directory().path().resolve(file)),
                    Files.readAllBytes(resumed.directory().path().resolve(file)),
                    file);
        }
    }

    @Test
    void aCheckpointOfOtherAveragingIsRefused() throws IOException {
        TrainConfig plain = new TrainConfig(1, 10, 1e-2, 3, 0);
        TrainConfig averaged = plain.with("averaging.decay", 0.6);
        for (TrainConfig config : List.of(plain, averaged)) {
            String name = "decay" + config.averaging().decay();
            run(name, config).trainer().fit(TrainListener.NONE);
            HstuModel model = new HstuModel(MODEL, walks().itemCount(), 5);
            float[] before = model.itemEmbeddings().toFloats();
            Trainer other = new Trainer(
                    model,
                    new LeaveOneOut(walks(), MODEL.maxLength()),
                    config.equals(plain) ? averaged : plain,
                    RunDirectory.open(folder.resolve(name)));
            IOException error = assertThrows(IOException.class, other::resume);
            String rule = config.equals(plain)
                    ? "it holds no averaged parameters, which training.averaging asks for"
                    : "it holds averaged parameters, which training.averaging does not ask for";
            assertEquals(
                    folder.resolve(name).resolve("checkpoint.safetensors") + ": not a checkpoint of this run: " + rule,
                    error.getMessage());
            assertArrayEquals(before, model.itemEmbeddings().toFloats(), "nothing is changed");
        }
    }

    /** A run that something stops after its second epoch, and that goes on from its folder. */
    private Run stoppedAndResumed(TrainConfig config) throws IOException {
        Run stopped = run("stopped", config);
        RuntimeException stop = new IllegalStateException("stopped");
        assertEquals(
                stop,
                assertThrows(
                        IllegalStateException.class,
                        () -> stopped.trainer().fit(new TrainListener() {
                            @Override
                            public void epochDone(EpochMetrics metrics) {
                                if (metrics.epoch() == 2) {
                                    throw stop;
                                }
                            }
                        })));
        HstuModel model = new HstuModel(MODEL, walks().itemCount(), config.seed());
        RunDirectory directory = RunDirectory.open(folder.resolve("stopped"));
        Trainer resumed = new Trainer(model, new LeaveOneOut(walks(), MODEL.maxLength()), config, directory);
        resumed.resume();
        resumed.fit(TrainListener.NONE);
        return new Run(resumed, model, directory);
    }

    @Test
    void recordedStepsTrainAsEagerOnesDoAndResumeBitForBit() throws IOException {
        TrainConfig config = new TrainConfig(4, 12, 1e-2, 3, 0);
        Run eager = run("eager", config);
        eager.trainer().fit(TrainListener.NONE);

        int[] steps = {0, 0};
        List<EpochMetrics> whole = recorded("whole", config, new TrainListener() {
            @Override
            public void stepDone(double loss, int tokens) {
                steps[0]++;
                steps[1] += tokens;
            }
        });
        // 40 users with nine events each that have a target: three full batches and one of four users.
        assertEquals(4 * 4, steps[0]);
        assertEquals(4 * 40 * 9, steps[1]);
        for (int epoch = 0; epoch < 4; epoch++) {
            EpochMetrics expected = eager.trainer().history().get(epoch);
            EpochMetrics actual = whole.get(epoch);
            assertEquals(expected.loss(), actual.loss(), 1e-4 * expected.loss());
            assertEquals(expected.validation().ratingRmse(), actual.validation().ratingRmse(), 1e-3);
        }
        recorded("parts", config.withEpochs(2), TrainListener.NONE);
        assertEquals(whole, recorded("parts", config, TrainListener.NONE));
        for (String file : List.of("metrics.csv", "model.safetensors", "checkpoint.safetensors")) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("whole").resolve(file)),
                    Files.readAllBytes(folder.resolve("parts").resolve(file)),
                    file);
        }
    }

    /** The epochs of a run by recorded steps, which goes on where one in the same folder was. */
    private List<EpochMetrics> recorded(String name, TrainConfig config, TrainListener listener) throws IOException {
        Interactions interactions = walks();
        LeaveOneOut split = new LeaveOneOut(interactions, MODEL.maxLength());
        HstuModel model = new HstuModel(MODEL, interactions.itemCount(), config.seed());
        Path path = folder.resolve(name);
        RunDirectory directory = Files.exists(path) ? RunDirectory.open(path) : RunDirectory.create(path);
        directory.writeConfig(
                new RunConfig("walks", interactions.fingerprint(), interactions.itemCount(), MODEL, config));
        try (Trainer trainer = new Trainer(model, split, config, directory, new Execution(true, 100))) {
            trainer.resume();
            trainer.fit(listener);
            Evaluation evaluation = trainer.evaluate(LeaveOneOut.Part.TEST, true);
            try (Evaluator evaluator = new Evaluator(model, split, false)) {
                assertEquals(evaluator.evaluate(LeaveOneOut.Part.TEST).ndcg10(), evaluation.ndcg10(), 1e-9);
            }
            return trainer.history();
        }
    }

    @Test
    void theTokenBudgetHoldsTheBatches() {
        TrainConfig config = new TrainConfig(1, 30, 1e-2, 1, 0);
        // 30 sequences of nine rows make 270.
        assertEquals(new Execution(false, 512), Execution.of(new LeaveOneOut(walks(), 20), config));
        assertEquals(new Execution(false, 256), Execution.of(new LeaveOneOut(walks(), 5), config));
        assertThrows(IllegalArgumentException.class, () -> new Execution(true, 0));
    }

    @Test
    void stopsWhenItsPatienceIsOver() throws IOException {
        // A learning rate this high breaks the model at once, so the first epochs stay the best.
        Run run = run("patience", new TrainConfig(50, 10, 10, 1, 2));
        run.trainer().fit(TrainListener.NONE);
        int epochs = run.trainer().history().size();
        assertTrue(epochs < 50);
        assertEquals(2, epochs - run.trainer().best().epoch());
    }

    @Test
    void aModelOfAnotherEpochThanTheBestIsTold() throws IOException {
        Run run = run("mixed", new TrainConfig(2, 10, 1e-2, 1, 0));
        Path model = folder.resolve("mixed/model.safetensors");
        IOException mixed = assertThrows(
                IOException.class,
                () -> run.trainer().fit(new TrainListener() {
                    @Override
                    public void epochDone(EpochMetrics metrics) {
                        // What another run has as its 7th.
                        try {
                            Safetensors.write(model, run.model().stateDict(), Map.of("epoch", "7"));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                }));
        assertTrue(mixed.getMessage().startsWith(model + ": is of epoch 7, but the best"), mixed.getMessage());
    }

    @Test
    void nothingToTrainOnIsTold() throws IOException {
        Interactions.Builder builder = new Interactions.Builder();
        for (int user = 1; user <= 4; user++) {
            for (int event = 1; event <= 3; event++) {
                builder.add(user, event, 5, 100L * event);
            }
        }
        Interactions few = builder.build();
        HstuModel model = new HstuModel(MODEL, few.itemCount(), 1);
        LeaveOneOut split = new LeaveOneOut(few, MODEL.maxLength());
        RunDirectory directory = RunDirectory.create(folder.resolve("few"));
        assertThrows(
                DataException.class, () -> new Trainer(model, split, new TrainConfig(1, 10, 1e-2, 1, 0), directory));
    }

    @Test
    void aRunThatWasStoppedInItsFirstEpochBeginsAgain() throws IOException {
        TrainConfig config = new TrainConfig(1, 10, 1e-2, 1, 0);
        Run run = run("begun", config);
        Run again = new Run(
                new Trainer(run.model(), new LeaveOneOut(walks(), MODEL.maxLength()), config, run.directory()),
                run.model(),
                RunDirectory.open(folder.resolve("begun")));
        again.trainer().resume();
        assertEquals(List.of(), again.trainer().history());
        again.trainer().fit(TrainListener.NONE);
        assertEquals(1, again.trainer().history().size());
    }

    /** The step's loss is a number, and so are the parameters that it leaves; what they give is none. */
    @Test
    void aScoreThatIsNoNumberEndsTheTraining() throws IOException {
        Run run = run("overflown", new TrainConfig(1, 40, 1e30, 1, 0));
        DivergenceException e =
                assertThrows(DivergenceException.class, () -> run.trainer().fit(TrainListener.NONE));
        assertTrue(e.getMessage().startsWith("rank: the score of item "), e.getMessage());
    }

    @Test
    void aLossThatIsNoNumberEndsTheTraining() throws IOException {
        Run run = run("diverged", new TrainConfig(3, 10, 1e38, 1, 0));
        DivergenceException e =
                assertThrows(DivergenceException.class, () -> run.trainer().fit(TrainListener.NONE));
        assertTrue(e.getMessage().startsWith("step "), e.getMessage());
    }

    @Test
    void aModelWithoutRatingLossIsTrainedAndEvaluated() throws IOException {
        LeaveOneOut split = new LeaveOneOut(walks(), MODEL.maxLength());
        HstuModel model = new HstuModel(
                MODEL.with("loss.ratingWeight", 0), split.interactions().itemCount(), 1);
        TrainConfig config = new TrainConfig(1, 10, 1e-2, 1, 0);
        RunDirectory directory = RunDirectory.create(folder.resolve("unrated"));
        directory.writeConfig(new RunConfig("walks", "f", model.itemCount(), model.config(), config));
        Trainer trainer = new Trainer(model, split, config, directory);
        trainer.fit(TrainListener.NONE);
        EpochMetrics metrics = trainer.best();
        assertEquals(0, metrics.ratingLoss());
        assertEquals(metrics.loss(), metrics.retrievalLoss());
        assertEquals(0, metrics.validation().ratingRmse());
    }

    @Test
    void metricsAreTheSameAfterCsv() {
        EpochMetrics metrics = new EpochMetrics(
                3, 144, Math.PI, Math.E, 1.0 / 3, new Evaluation(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1e-300));
        assertEquals(metrics, EpochMetrics.fromCsv(metrics.toCsv()));
        assertThrows(IllegalArgumentException.class, () -> EpochMetrics.fromCsv("1,2,3"));
    }
}
