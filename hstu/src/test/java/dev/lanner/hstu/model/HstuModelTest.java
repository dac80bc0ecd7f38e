package dev.lanner.hstu.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.nn.Adam;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HstuModelTest {
    private static HstuModel model(long seed) {
        HstuModel model = new HstuModel(Batches.config(0.2), Batches.ITEMS, seed);
        // Tables of the bias start at zero; a test of them needs them to say something.
        model.namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("_bias")) {
                parameter.assign(parameter
                        .detach()
                        .add(Tensor.uniform(
                                new RandomKey(seed, 9, name.hashCode()), -1, 1, parameter.dtype(), parameter.shape())));
            }
        });
        model.eval();
        return model;
    }

    private static float[] states(HstuModel model, JaggedBatch batch) {
        return model.encode(Sequences.of(batch, model.config())).toFloats();
    }

    /** What is no parameter cannot be kept, and must not need to be. */
    @ParameterizedTest
    @ValueSource(strings = {"article", "paper", "sasrec", "best"})
    void aModelWhoseParametersAreKeptOutlivesItsScope(String preset) {
        HstuConfig whole = HstuConfig.preset(preset);
        HstuConfig config = Batches.sized(whole, 0)
                .with("blocks", 1)
                .with("maxLength", 600)
                .with("width", 1024)
                .with("attention.heads", 1)
                .with("attention.queryWidth", 1024)
                .with("attention.valueWidth", 1024)
                .with("attention.bias", whole.attention().queryTime() ? "TIME" : "NONE");
        HstuModel model;
        try (Scope scope = Scope.open()) {
            model = new HstuModel(config, Batches.ITEMS, 1);
            model.namedParameters().values().forEach(scope::keep);
        }
        model.eval();
        JaggedBatch batch = Batches.random(1, 9);
        HstuModel outside = new HstuModel(config, Batches.ITEMS, 1);
        outside.eval();
        float[] expected = states(outside, batch);
        try (Scope scope = Scope.open()) {
            for (int length = 1024; length <= 8192; length *= 2) {
                Tensor.full(DType.F32, Shape.of(length), Double.NaN);
            }
        }
        assertArrayEquals(expected, states(model, batch));
    }

    @Property(tries = 200)
    void anEventChangesNoStateBeforeItBitForBit(
            @ForAll @LongRange(max = 1000) long seed,
            @ForAll @IntRange(min = 2, max = 9) int length,
            @ForAll @IntRange(min = 0, max = 8) int event) {
        int changed = event % length;
        HstuModel model = model(seed);
        JaggedBatch batch = Batches.random(seed, 3, length);
        float[] before = states(model, batch);
        int row = 3 + changed;
        batch.items()[row] = batch.items()[row] % Batches.ITEMS + 1;
        batch.actions()[row] = batch.actions()[row] % 3 + 1;
        for (int i = row; i < batch.rows(); i++) {
            batch.timestamps()[i] += 5_000_000;
        }
        float[] after = states(model, batch);
        int width = model.config().width();
        assertArrayEquals(Arrays.copyOf(before, row * width), Arrays.copyOf(after, row * width));
        assertFalse(Arrays.equals(before, after));
    }

    @Property(tries = 200)
    void aSequenceHasTheSameStatesAloneAndAmongOthers(@ForAll @LongRange(max = 1000) long seed) {
        HstuModel model = model(seed);
        JaggedBatch batch = Batches.random(seed, 5, 0, 9, 1, 7);
        float[] together = states(model, batch);
        int width = model.config().width();
        for (int b = 0; b < batch.sequences(); b++) {
            float[] alone = states(model, Batches.only(batch, b));
            int from = batch.offsets()[b] * width;
            assertArrayEquals(alone, Arrays.copyOfRange(together, from, from + alone.length), "sequence " + b);
        }
    }

    @Test
    void memorisesAHundredUsers() {
        HstuConfig config = HstuConfig.article()
                .with("width", 32)
                .with("attention.queryWidth", 32)
                .with("attention.valueWidth", 32)
                .with("maxLength", 8)
                .with("attention.divisor", 8)
                .with("dropout", 0)
                .with("loss.negatives", 64);
        int[] lengths = new int[100];
        Arrays.fill(lengths, 8);
        JaggedBatch batch = Batches.random(4, lengths);
        int[] targets = batch.targetItems();
        for (int i = 0; i + 1 < targets.length; i++) {
            targets[i] = batch.items()[i + 1];
        }
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        Adam adam = new Adam(model.namedParameters(), 5e-3);
        double first = 0;
        double last = 0;
        for (int step = 1; step <= 400; step++) {
            try (Scope scope = Scope.open();
                    Tape tape = Tape.open()) {
                model.train(step);
                Tensor loss = model.losses(batch).total();
                adam.step(tape.backward(loss));
                last = loss.item();
            }
            if (step == 1) {
                first = last;
            }
        }
        assertTrue(last < first / 10, "from " + first + " to " + last);
    }

    @Test
    void negativesAreDrawnAnewInEveryStepAndTheSameInTheSame() {
        HstuModel model = model(1);
        JaggedBatch batch = Batches.random(1, 6);
        model.train(7);
        double loss = model.losses(batch).retrieval().item();
        assertEquals(loss, model.losses(batch).retrieval().item());
        model.train(8);
        assertTrue(loss != model.losses(batch).retrieval().item());
    }

    @Test
    void rowsWithoutATargetWeighNothing() {
        HstuModel model = model(1);
        JaggedBatch batch = Batches.random(2, 6);
        JaggedBatch shorter = Batches.random(2, 6);
        batch.targetItems()[5] = 0;
        batch.targetRatings()[5] = 0;
        Losses all = model.losses(batch);
        // In evaluation mode the last row's state changes no earlier one, so the five rows alone have the same losses.
        JaggedBatch five = new JaggedBatch(
                shorter.users(),
                new int[] {0, 5},
                Arrays.copyOf(shorter.items(), 5),
                Arrays.copyOf(shorter.actions(), 5),
                Arrays.copyOf(shorter.timestamps(), 5),
                Arrays.copyOf(shorter.targetItems(), 5),
                Arrays.copyOf(shorter.targetRatings(), 5),
                Arrays.copyOf(shorter.targetTimestamps(), 5));
        Losses alone = model.losses(five);
        assertEquals(alone.rating().item(), all.rating().item(), 1e-6);
        assertEquals(alone.retrieval().item(), all.retrieval().item(), 1e-6);
        assertEquals(
                all.retrieval().item()
                        + model.config().loss().ratingWeight() * all.rating().item(),
                all.total().item(),
                1e-6);
    }

    @Test
    void scoresAreCosines() {
        HstuModel model = model(3);
        Tensor states = model.encode(Sequences.of(Batches.random(3, 2), model.config()));
        float[] scores = model.scores(states).toFloats();
        float[] h = states.toFloats();
        float[] table = model.namedParameters().get("items.weight").toFloats();
        int width = model.config().width();
        double dot = 0;
        double normH = 0;
        double normE = 0;
        int item = 17;
        for (int d = 0; d < width; d++) {
            dot += h[width + d] * table[item * width + d];
            normH += h[width + d] * h[width + d];
            normE += table[item * width + d] * table[item * width + d];
        }
        assertEquals(dot / Math.sqrt(normH * normE), scores[Batches.ITEMS + 1 + item], 1e-6);
    }

    @Test
    void parametersHaveTheNamesOfTheParts() {
        List<String> names = List.copyOf(model(1).namedParameters().keySet());
        assertEquals("items.weight", names.get(0));
        assertTrue(names.contains("input.joined.weight"));
        assertTrue(names.contains("blocks.0.position_bias"));
        assertTrue(names.contains("blocks.1.output.bias"));
        assertTrue(names.contains("rating.hidden.weight"));
    }
}
