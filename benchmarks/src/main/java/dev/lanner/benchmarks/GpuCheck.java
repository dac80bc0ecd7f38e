package dev.lanner.benchmarks;

import dev.lanner.backend.cpu.CpuBackend;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.TrainingInputs;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Whether a backend computes what the CPU backend does. */
final class GpuCheck {
    /** Relative L2 error of attention and its gradients. */
    private static final double ATTENTION = 1e-5;
    /** Of losses, absolute. */
    private static final double LOSS = 1e-3;

    /** Relative L2 error of a parameter's gradient. */
    private static final double GRADIENT = 1e-4;

    private static final int STEPS = 20;
    /** About the tile of 32: one less, one more, several, and a sequence without events. */
    private static final int[] AWKWARD = {1, 31, 0, 32, 33, 65, 128};

    private static final int[] LONG = {1024, 1000, 5};

    /** Two backends do not agree. */
    static final class MismatchException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MismatchException(String message) {
            super(message);
        }
    }

    private GpuCheck() {}

    /**
     * Compares attention at awkward sizes, the losses of 20 training steps, and the gradients of a deeper model, in which rounding
     * grows from step to step.
     *
     * @throws MismatchException if they differ
     */
    static void run(Backend backend, GpuSizes sizes, GpuResults results) {
        results.say("CHECK backend " + backend + " against the CPU backend");
        for (int heads : new int[] {1, 2}) {
            attention(backend, AWKWARD, 128, heads, results);
        }
        attention(backend, LONG, 1024, 1, results);
        losses(backend, sizes, results);
        gradients("8_layers", backend, sizes.of(Workload.eightLayers()), sizes, results);
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

    private static void attention(Backend backend, int[] lengths, int maxLength, int heads, GpuResults results) {
        JaggedBatch batch = Workload.histories(lengths, Workload.ITEMS);
        Supplier<float[][]> run = () -> {
            try (RecordedAttention attention = new RecordedAttention(batch, heads, maxLength)) {
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
                    "attention, up to %d events, %d heads, %s: relative error %.1e, allowed %.0e",
                    maxLength,
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

    /**
     * Compares the losses of 20 training steps of {@code article}.
     *
     * @throws MismatchException if they differ
     */
    static void losses(Backend backend, GpuSizes sizes, GpuResults results) {
        HstuConfig config = sizes.of(HstuConfig.article());
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
        double[] differences = new double[STEPS];
        Arrays.setAll(differences, i -> Math.abs(expected[i] - actual[i]));
        String what = String.format(
                Locale.ROOT,
                "%d training steps of article: losses on the CPU %.4f to %.4f, differences of each step %s, allowed %.0e",
                STEPS,
                expected[0],
                expected[STEPS - 1],
                Arrays.stream(differences)
                        .mapToObj(difference -> String.format(Locale.ROOT, "%.0e", difference))
                        .toList(),
                LOSS);
        if (!Arrays.stream(differences).allMatch(difference -> difference <= LOSS)) {
            throw new MismatchException(what);
        }
        results.say("CHECKED " + what);
    }

    private static void gradients(String name, Backend backend, HstuConfig config, GpuSizes sizes, GpuResults results) {
        Map<String, float[]> expected = onCpu(() -> gradients(config, sizes.batch()));
        Map<String, float[]> actual = on(backend, () -> gradients(config, sizes.batch()));
        double largest = 0;
        for (Map.Entry<String, float[]> one : expected.entrySet()) {
            double error = relativeError(one.getValue(), actual.get(one.getKey()));
            if (!(error <= GRADIENT)) {
                throw new MismatchException(String.format(
                        Locale.ROOT,
                        "%s: gradient of %s: relative error %.1e, allowed %.0e",
                        name,
                        one.getKey(),
                        error,
                        GRADIENT));
            }
            largest = Math.max(largest, error);
        }
        results.say(String.format(
                Locale.ROOT,
                "CHECKED gradients of the %d parameters of %s: relative errors up to %.1e, allowed %.0e",
                expected.size(),
                name,
                largest,
                GRADIENT));
    }

    /** By the parameters' names, of a new model on a batch. */
    private static Map<String, float[]> gradients(HstuConfig config, JaggedBatch batch) {
        HstuModel model = new HstuModel(config, Workload.ITEMS, 1);
        List<String> names = List.copyOf(model.namedParameters().keySet());
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (Program program = Program.record(inputs -> {
            TrainingInputs declared = TrainingInputs.declare(inputs, batch.sequences(), batch.rows());
            try (Tape tape = Tape.open()) {
                model.train(RandomKey.EACH_STEP);
                Gradients all = tape.backward(model.losses(declared).total());
                return names.stream()
                        .map(parameter -> all.get(model.namedParameters().get(parameter)))
                        .toArray(Tensor[]::new);
            }
        })) {
            TrainingInputs.set(program, batch);
            program.run(1);
            for (int i = 0; i < names.size(); i++) {
                gradients.put(names.get(i), program.output(i).toFloats());
            }
        }
        return gradients;
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
