package dev.lanner.benchmarks;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.train.EpochMetrics;
import dev.lanner.hstu.train.RunDirectory;
import dev.lanner.hstu.train.TrainConfig;
import dev.lanner.hstu.train.TrainListener;
import dev.lanner.hstu.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Times what the comparison on a GPU times, on the current backend. A case that fails is told, and the others go on. */
final class GpuTimes {
    /** The first one compiles. */
    private static final int EPOCHS = 3;

    private static final double WARM_UP_SECONDS = 1;
    private static final double MILLISECONDS = 1e3;
    private static final double NANOSECONDS_IN_MILLISECOND = 1e6;

    private final GpuSizes sizes;
    private final double seconds;
    private final GpuResults results;

    GpuTimes(GpuSizes sizes, double seconds, GpuResults results) {
        this.sizes = sizes;
        this.seconds = seconds;
        this.results = results;
    }

    /** Something that is recorded, run in blocks and closed. */
    private interface Repeated extends AutoCloseable {
        void start();

        void finish();

        @Override
        void close();
    }

    /** Makes it. */
    @FunctionalInterface
    private interface Maker {
        Repeated make();
    }

    /** Training steps of the two models, and one of a few events, whose time is what a step costs the host. */
    void steps() {
        JaggedBatch batch = sizes.batch();
        step("train_step_article", sizes.of(HstuConfig.article()), batch);
        step("train_step_8_layers", sizes.of(Workload.eightLayers()), batch);
        step("host_overhead_article", sizes.of(HstuConfig.article()), Workload.histories(1, 8));
    }

    /** Attention alone, forward and backward. */
    void attention() {
        for (int length : sizes.attention()) {
            JaggedBatch batch = Workload.histories(sizes.histories(length), length);
            time("attention_" + length, RecordedAttention.REPEATS, () -> {
                RecordedAttention attention = new RecordedAttention(batch, 1, length);
                return new Repeated() {
                    @Override
                    public void start() {
                        attention.start();
                    }

                    @Override
                    public void finish() {
                        requireFinite(attention.finish());
                    }

                    @Override
                    public void close() {
                        attention.close();
                    }
                };
            });
        }
    }

    private void step(String name, HstuConfig config, JaggedBatch batch) {
        time(name, 1, () -> {
            RecordedTrainingStep step = new RecordedTrainingStep(config, batch);
            return new Repeated() {
                @Override
                public void start() {
                    step.start();
                }

                @Override
                public void finish() {
                    requireFinite(step.loss());
                }

                @Override
                public void close() {
                    step.close();
                }
            };
        });
    }

    private static void requireFinite(double result) {
        if (!Double.isFinite(result)) {
            throw new ArithmeticException("the result became " + result);
        }
    }

    private void time(String name, int repeats, Maker maker) {
        try (Repeated repeated = maker.make()) {
            StepTimer timer = StepTimer.measure(
                    () -> {
                        for (int i = 0; i < sizes.block(); i++) {
                            repeated.start();
                        }
                        repeated.finish();
                    },
                    Math.min(WARM_UP_SECONDS, seconds),
                    seconds);
            results.time(name, timer.seconds() * MILLISECONDS / (sizes.block() * repeats));
        } catch (RuntimeException | OutOfMemoryError e) {
            results.failed(name, e);
        }
    }

    /** The shortest of some epochs, alone and with validation and saving. */
    void epoch(Interactions interactions, String data) throws IOException {
        HstuConfig config = sizes.of(HstuConfig.article());
        TrainConfig training = new TrainConfig(EPOCHS, sizes.sequences(), 1e-3, 1, 0);
        LeaveOneOut split = new LeaveOneOut(interactions, config.maxLength());
        Path folder = Files.createTempDirectory("gpu-epoch");
        RunDirectory directory = RunDirectory.create(Files.createDirectory(folder.resolve("run")));
        Watch watch = new Watch();
        try (Trainer trainer =
                new Trainer(new HstuModel(config, interactions.itemCount(), 1), split, training, directory)) {
            trainer.fit(watch);
            results.time("epoch_training_" + data, watch.training);
            results.time("epoch_with_validation_" + data, watch.whole);
        } catch (RuntimeException | OutOfMemoryError e) {
            results.failed("epoch_training_" + data, e);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Keeps the shortest epoch, in milliseconds. */
    private static final class Watch implements TrainListener {
        private double training = Double.POSITIVE_INFINITY;
        private double whole = Double.POSITIVE_INFINITY;
        private long started;
        private long lastStep;

        @Override
        public void epochStarted(int epoch, int batches) {
            started = System.nanoTime();
        }

        @Override
        public void stepDone(double loss, int tokens) {
            lastStep = System.nanoTime();
        }

        @Override
        public void epochDone(EpochMetrics metrics) {
            training = Math.min(training, (lastStep - started) / NANOSECONDS_IN_MILLISECOND);
            whole = Math.min(whole, (System.nanoTime() - started) / NANOSECONDS_IN_MILLISECOND);
        }
    }

    /** Runs a training step again and again and tells what memory grows by: of the heap, the process and the device. */
    void memory(double minutes) throws IOException {
        JaggedBatch batch = sizes.batch();
        try (RecordedTrainingStep step = new RecordedTrainingStep(sizes.of(HstuConfig.article()), batch)) {
            List<MemorySample> samples = MemorySample.watch(step::start, minutes);
            for (MemorySample sample : samples) {
                results.say(sample.line());
            }
            results.say(MemorySample.slopes(samples));
        }
    }
}
