package dev.lanner.hstu.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of all parameters of a block, and of the model's losses, against central differences along random directions in F64. */
class ModelGradientTest {
    private static final double STEP = 1e-6;
    /** The article's, with ratings from the state of the rated item. */
    private static final String TARGET_AWARE = "article, target-aware";

    @Provide
    Arbitrary<String> presets() {
        return Arbitraries.of("article", TARGET_AWARE, "paper", "paper-large", "position-only", "best");
    }

    /** A large epsilon and two blocks: normalised sums near the root of a small one bend too sharply for differences. */
    private static HstuConfig config(String preset, double dropout) {
        boolean targetAware = preset.equals(TARGET_AWARE);
        return Batches.sized(HstuConfig.preset(targetAware ? "article" : preset), dropout)
                .with("loss.ratingTargetAware", targetAware)
                .with("blocks", 2)
                .with("block.epsilon", 1e-2);
    }

    @Property(tries = 20)
    void everyParameterOfABlockHasItsGradient(
            @ForAll @LongRange(max = 1_000_000) long seed,
            @ForAll @IntRange(min = 1, max = 5) int first,
            @ForAll @IntRange(max = 4) int second,
            @ForAll @From("presets") String preset) {
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            HstuConfig config = config(preset, 0.3);
            EncoderBlock block = EncoderBlock.of(config, new ParameterFactory(seed, DType.F64));
            block.train(3);
            JaggedBatch batch = Batches.random(seed, first, second);
            Sequences sequences = Sequences.of(batch, config);
            Shape shape = Shape.of(batch.rows(), config.width());
            Tensor x = Tensor.normal(RandomKey.of(seed + 1), 0, 1, DType.F64, shape);
            Tensor weights = Tensor.normal(RandomKey.of(seed + 2), 0, 1, DType.F64, shape);
            check(block, seed, () -> block.forward(x, sequences).mul(weights).sum());
        }
    }

    /** Of seeds where no difference steps over the edge of relu, which has no gradient. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyParameterOfSasrecHasItsGradient(long seed) {
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            HstuConfig config = config("sasrec", 0.3);
            HstuModel model = new HstuModel(config, Batches.ITEMS, new ParameterFactory(seed, DType.F64));
            model.train(3);
            JaggedBatch batch = Batches.random(seed, 4, 1, 3);
            check(model, seed, () -> model.losses(batch).total());
        }
    }

    @Property(tries = 20)
    void everyParameterOfTheModelHasTheGradientOfEachLoss(
            @ForAll @LongRange(max = 1_000_000) long seed, @ForAll @From("presets") String preset) {
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            HstuConfig config = config(preset, 0.2);
            HstuModel model = new HstuModel(config, Batches.ITEMS, new ParameterFactory(seed, DType.F64));
            model.train(5);
            JaggedBatch batch = Batches.random(seed, 4, 1, 3);
            check(model, seed, () -> model.losses(batch).retrieval());
            if (model.predictsRatings()) {
                check(model, seed, () -> model.losses(batch).rating());
            }
            check(model, seed, () -> model.losses(batch).total());
        }
    }

    private static void check(Module module, long seed, Supplier<Tensor> loss) {
        Gradients gradients;
        try (Tape tape = Tape.open()) {
            gradients = tape.backward(loss.get());
        }
        int[] stream = {1};
        double[] largest = {0};
        module.namedParameters().forEach((name, parameter) -> {
            RandomKey key = RandomKey.of(seed).withStream(stream[0]++);
            Tensor direction = Tensor.normal(key, 0, 1, DType.F64, parameter.shape());
            if (name.endsWith("items.weight") || name.endsWith("actions.weight")) {
                // The row of padding is never trained: its gradient is 0 by decree, so nothing may move along it.
                direction.backend().fill(0, direction.narrow(0, 0, 1).view());
            }
            double analytic = gradients
                    .find(parameter)
                    .map(gradient -> gradient.mul(direction).sum().item())
                    .orElse(0.0);
            Tensor at = parameter.detach().mul(1);
            parameter.assign(at.add(direction.mul(STEP)));
            double above = loss.get().item();
            parameter.assign(at.sub(direction.mul(STEP)));
            double below = loss.get().item();
            parameter.assign(at);
            double numeric = (above - below) / (2 * STEP);
            assertEquals(numeric, analytic, 1e-6 * Math.max(1, Math.abs(numeric)), name);
            largest[0] = Math.max(largest[0], Math.abs(analytic));
        });
        assertTrue(largest[0] > 1e-6, "no parameter moves the loss");
    }
}
