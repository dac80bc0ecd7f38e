package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.data.SampleData;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.EpochMetrics;
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
    private static final long MEGABYTE = 1 << 20;

    @TempDir
    private Path folder;

    /** The losses of each step of an epoch on the sample, and the trained model's figures. */
    private record Epoch(List<Double> losses, EpochMetrics metrics) {}

    /** What to do with the trainer after its epoch. */
    private interface After {
        void run(Backend backend);
    }

    /** The article's model, narrower and for shorter histories, since the device may be a CPU. */
    private static HstuConfig small() {
        return HstuConfig.article()
                .with("preset", "small")
                .with("width", 16)
                .with("maxLength", 40)
                .with("attention.queryWidth", 16)
                .with("attention.valueWidth", 16)
                .with("attention.divisor", 40)
                .with("loss.negatives", 16)
                .with("loss.temperature", 0.1)
                .with("initial.input.scale", 5)
                .with("initial.projection.scale", 2);
    }

    private Epoch train(String name, After after) throws IOException {
        TrainConfig config = new TrainConfig(1, 24, 2e-3, 1, 0);
        HstuConfig model = small();
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
                after.run(backend);
                return new Epoch(losses, trainer.best());
            }
        }
    }

    @Test
    void stepsGiveTheLossesOfTheCpuAndMoveTheBatchOnly() throws IOException {
        Epoch expected = train("cpu", backend -> assertEquals("cpu", backend.name()));
        Epoch actual = train(TornadoBackend.NAME, TornadoTrainingTest::assertMovesLittleAndStaysFlat);
        assertTrue(expected.losses().size() >= 20, "steps: " + expected.losses().size());
        assertEquals(expected.losses().size(), actual.losses().size());
        for (int step = 0; step < 20; step++) {
            assertEquals(expected.losses().get(step), actual.losses().get(step), 1e-3, "step " + (step + 1));
        }
        assertEquals(
                expected.metrics().validation().hitRate10(),
                actual.metrics().validation().hitRate10(),
                0.02);
    }

    /** Runs the training program again, which the trainer still holds; its inputs are those of the last step. */
    private static void assertMovesLittleAndStaysFlat(Backend backend) {
        TornadoReplay training = ((TornadoBackend) backend).replays().get(0);
        long[] moved = training.plan().runProfiled();
        assertTrue(moved[0] > 0 && moved[0] < 2 * MEGABYTE, "bytes to the device: " + moved[0]);
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
