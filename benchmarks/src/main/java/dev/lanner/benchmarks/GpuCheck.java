package dev.lanner.benchmarks;

import dev.lanner.backend.cpu.CpuBackend;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import java.util.Locale;
import java.util.function.Supplier;

/** Whether a backend computes what the CPU backend does. */
final class GpuCheck {
    /** Relative L2 error of attention and its gradients. */
    private static final double ATTENTION = 1e-5;
    /** Of losses, absolute. */
    private static final double LOSS = 1e-3;

    private static final int STEPS = 20;
    /** About the tile of 32: one less, one more, several, and a sequence without events. */
    private static final int[] AWKWARD = {1, 31, 0, 32, 33, 65, 128};

    /** Two backends do not agree. */
    static final class MismatchException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MismatchException(String message) {
            super(message);
        }
    }

    private GpuCheck() {}

    /**
     * Compares attention at awkward sizes and the losses of 20 training steps.
     *
     * @throws MismatchException if they differ
     */
    static void run(Backend backend, GpuSizes sizes, GpuResults results) {
        results.say("CHECK backend " + backend.name() + " against the CPU backend");
        for (int heads : new int[] {1, 2}) {
            attention(backend, heads, results);
        }
        losses("article", backend, sizes.of(HstuConfig.article()), sizes, results);
        losses("8_layers", backend, sizes.of(Workload.eightLayers()), sizes, results);
    }

    private static <T> T on(Backend backend, Supplier<T> what) {
        try (Backends.Use use = Backends.use(backend)) {
            return what.get();
        }
    }

    private static <T> T onCpu(Supplier<T> what) {
        try (CpuBackend cpu = new CpuBackend(Runtime.getRuntime().availableProcessors())) {
            return on(cpu, what);
        }
    }

    private static void attention(Backend backend, int heads, GpuResults results) {
        JaggedBatch batch = Workload.histories(AWKWARD, Workload.ITEMS);
        Supplier<float[][]> run = () -> {
            try (RecordedAttention attention = new RecordedAttention(batch, heads, 128)) {
                attention.start();
                return attention.results();
            }
        };
        float[][] expected = onCpu(run);
        float[][] actual = on(backend, run);
        String[] names = {
            "output", "gradient of k, q and v", "gradient of the position bias", "gradient of the time bias"
        };
        for (int i = 0; i < names.length; i++) {
            double error = relativeError(expected[i], actual[i]);
            String what = String.format(
                    Locale.ROOT,
                    "attention, %d heads, %s: relative error %.1e, allowed %.0e",
                    heads,
                    names[i],
                    error,
                    ATTENTION);
            // Not "error > ATTENTION", which NaN would pass.
            if (!(error <= ATTENTION)) {
                throw new MismatchException(what);
            }
            results.say("CHECKED " + what);
        }
    }

    private static void losses(String name, Backend backend, HstuConfig config, GpuSizes sizes, GpuResults results) {
        Supplier<double[]> run = () -> {
            double[] losses = new double[STEPS];
            try (RecordedTrainingStep step = new RecordedTrainingStep(config, sizes.batch())) {
                for (int i = 0; i < STEPS; i++) {
                    losses[i] = step.run();
                }
            }
            return losses;
        };
        double[] expected = onCpu(run);
        double[] actual = on(backend, run);
        double largest = 0;
        for (int i = 0; i < STEPS; i++) {
            double difference = Math.abs(expected[i] - actual[i]);
            if (!(difference <= LOSS)) {
                throw new MismatchException(String.format(
                        Locale.ROOT,
                        "training step %d of %s: the loss is %.6f, on the CPU %.6f, allowed is a difference of %.0e",
                        i + 1,
                        name,
                        actual[i],
                        expected[i],
                        LOSS));
            }
            largest = Math.max(largest, difference);
        }
        results.say(String.format(
                Locale.ROOT,
                "CHECKED %d training steps of %s: losses %.4f to %.4f, largest difference %.1e, allowed %.0e",
                STEPS,
                name,
                expected[0],
                expected[STEPS - 1],
                largest,
                LOSS));
    }

    /** The L2 norm of the difference against that of the first. */
    private static double relativeError(float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            return Double.NaN;
        }
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            double d = (double) expected[i] - actual[i];
            difference += d * d;
            size += (double) expected[i] * expected[i];
        }
        return difference == 0 ? 0 : Math.sqrt(difference / size);
    }
}
