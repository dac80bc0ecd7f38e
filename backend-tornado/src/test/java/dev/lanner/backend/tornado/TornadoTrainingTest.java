package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.data.SampleData;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.EpochMetrics;
import dev.lanner.hstu.train.Execution;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.hstu.train.TrainConfig;
import dev.lanner.hstu.train.TrainListener;
import dev.lanner.hstu.train.Trainer;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on the device: the same as on the CPU, with next to nothing moved. */
class TornadoTrainingTest {
    private static final TrainConfig ONE_EPOCH = new TrainConfig(1, 24, 2e-3, 1, 0);
    /** What TornadoVM sends for each task, in bytes. */
    private static final int FRAME = 24;
    /** What a step may send besides, in bytes. */
    private static final long SCALARS = 512;

    @TempDir
    private Path folder;

    /** The losses of each step on the sample, and the figures of each epoch. */
    private record Run(List<Double> losses, List<EpochMetrics> epochs) {}

    /** What to do with the trainer after its epochs. */
    private interface After {
        void run(Backend backend, int sequences, int rows);
    }

    /** The article's model, narrower and for shorter histories, since the device may be a CPU. */
    private static HstuConfig small() {
        return small(HstuConfig.article())
                .with("attention.divisor", 40)
                .with("initial.input.scale", 5)
                .with("initial.projection.scale", 2);
    }

    private static HstuConfig small(HstuConfig model) {
        return model.with("width", 16)
                .with("maxLength", 40)
                .with("attention.queryWidth", 16)
                .with("attention.valueWidth", 16)
                .with("loss.negatives", 16)
                .with("loss.temperature", 0.1);
    }

    private Run train(String name, HstuConfig model, After after) throws IOException {
        return train(name, model, ONE_EPOCH, after);
    }

    private Run train(String name, HstuConfig model, TrainConfig config, After after) throws IOException {
        Backend backend = Backends.get(name);
        try (Backends.Use use = Backends.use(backend)) {
            Interactions interactions = SampleData.generate(1).interactions();
            LeaveOneOut split = new LeaveOneOut(interactions, model.maxLength());
            HstuModel trained = new HstuModel(model, interactions.itemCount(), config.seed());
            RunDirectory directory = RunDirectory.create(folder.resolve(name));
            directory.writeConfig(
                    new RunConfig("sample", interactions.fingerprint(), interactions.itemCount(), model, config));
            List<Double> losses = new ArrayList<>();
            try (Trainer trainer = new Trainer(trained, split, config, directory)) {
                trainer.fit(new TrainListener() {
                    @Override
                    public void stepDone(double loss, int tokens) {
                        losses.add(loss);
                    }
                });
                after.run(
                        backend, config.batchSize(), Execution.of(split, config).tokenBudget());
                return new Run(losses, trainer.history());
            }
        }
    }

    @Test
    void stepsGiveTheLossesOfTheCpuAndMoveTheBatchOnly() throws IOException {
        Run expected = train("cpu", small(), (backend, sequences, rows) -> assertEquals("cpu", backend.name()));
        Run actual = train(TornadoBackend.NAME, small(), TornadoTrainingTest::assertMovesLittleAndStaysFlat);
        assertSameLosses(expected, actual);
        assertEquals(
                expected.epochs().get(0).validation().hitRate10(),
                actual.epochs().get(0).validation().hitRate10(),
                0.02);
    }

    @Test
    void attentionBySoftmaxGivesTheLossesOfTheCpu() throws IOException {
        HstuConfig model = small(HstuConfig.preset("sasrec")).with("attention.heads", 2);
        Run expected = train("cpu", model, (backend, sequences, rows) -> assertEquals("cpu", backend.name()));
        Run actual = train(
                TornadoBackend.NAME, model, (backend, sequences, rows) -> assertEquals("tornado", backend.name()));
        assertSameLosses(expected, actual);
    }

    @Test
    void fullSoftmaxGivesTheLossesOfTheCpu() throws IOException {
        HstuConfig model = small().with("loss.negatives", 0);
        Run expected = train("cpu", model, (backend, sequences, rows) -> assertEquals("cpu", backend.name()));
        Run actual = train(
                TornadoBackend.NAME, model, (backend, sequences, rows) -> assertEquals("tornado", backend.name()));
        assertSameLosses(expected, actual);
    }

    @Test
    void averagedParametersAreThoseOfTheCpu() throws IOException {
        TrainConfig config = ONE_EPOCH.withEpochs(2).with("averaging.decay", 0.5);
        Run expected = train("cpu", small(), config, (backend, sequences, rows) -> {});
        Run actual = train(TornadoBackend.NAME, small(), config, (backend, sequences, rows) -> {});
        assertSameLosses(expected, actual);
        double first = expected.epochs().get(0).validation().mrr();
        double second = expected.epochs().get(1).validation().mrr();
        double tolerance = 1e-3;
        assertTrue(Math.abs(second - first) > 3 * tolerance, "the average changes: " + first + " and " + second);
        assertEquals(first, actual.epochs().get(0).validation().mrr(), tolerance);
        assertEquals(second, actual.epochs().get(1).validation().mrr(), tolerance);
    }

    private static void assertSameLosses(Run expected, Run actual) {
        assertTrue(expected.losses().size() >= 20, "steps: " + expected.losses().size());
        assertEquals(expected.losses().size(), actual.losses().size());
        for (int step = 0; step < 20; step++) {
            assertEquals(expected.losses().get(step), actual.losses().get(step), 1e-3, "step " + (step + 1));
        }
    }

    /**
     * What a step of the article's model must send: offsets, items, actions, targets, ratings, times, and where its row of the log is.
     * It looks neither at positions nor at query times.
     */
    private static long batchBytes(int sequences, int rows) {
        int[] integers = {sequences + 1, rows, rows, rows, rows, 1};
        long bytes = bytes(rows, Long.BYTES);
        for (int count : integers) {
            bytes += bytes(count, Integer.BYTES);
        }
        return bytes;
    }

    /** Of an array, as large as the backend makes it, with TornadoVM's header. */
    private static long bytes(int count, int each) {
        return (long) StoragePool.sizeClass(count) * each + 16;
    }

    /** Runs the training program again, which the trainer still holds; its inputs are those of the last step. */
    private static void assertMovesLittleAndStaysFlat(Backend backend, int sequences, int rows) {
        TornadoReplay training = ((TornadoBackend) backend).replays().get(0);
        long[] moved = training.plan().runProfiled();
        long batch =
                batchBytes(sequences, rows) + (long) FRAME * training.plan().kernels();
        // The step's number and the optimiser's rates come on top; a weight matrix of 16 x 16 would be too much.
        assertTrue(
                moved[0] >= batch && moved[0] <= batch + SCALARS,
                "bytes to the device: " + moved[0] + ", of which batch and tasks: " + batch);
        assertTrue(moved[1] < 1024, "bytes from the device: " + moved[1]);
        int runs = 150;
        for (int run = 0; run < runs; run++) {
            training.run(1000 + run);
        }
        long before = resident();
        for (int run = 0; run < runs; run++) {
            training.run(2000 + run);
        }
        long slope = (resident() - before) / runs;
        assertTrue(slope < 32 << 10, "bytes that the process grew by in each run: " + slope);
    }

    /** The resident memory of this process after a garbage collection. */
    private static long resident() {
        System.gc();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the memory of this process cannot be read", e);
        }
        throw new IllegalStateException("no VmRSS in /proc/self/status");
    }
}
