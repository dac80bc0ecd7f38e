package dev.lanner.hstu.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.Batches;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Losses;
import dev.lanner.nn.Adam;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordedStepsTest {
    private static final int SEQUENCES = 6;
    private static final int BUDGET = 40;

    /** A model and its optimiser, always the same ones for a preset. */
    private static final class Run {
        private final HstuModel model;
        private final Adam adam;

        Run(String preset) {
            String[] parts = preset.split(" ", 2);
            HstuConfig config = Batches.sized(HstuConfig.preset(parts[0]), 0.2);
            if (parts.length > 1) {
                config = config.with(parts[1], parts[1].equals("loss.negatives") ? "0" : "true");
            }
            model = new HstuModel(config, Batches.ITEMS, 7);
            adam = new Adam(model.namedParameters(), 1e-2);
        }
    }

    /** Batches of different sizes, one of them full and one without any event. */
    private static List<JaggedBatch> batches() {
        List<JaggedBatch> batches = new ArrayList<>();
        batches.add(Batches.random(1, 9, 0, 5, 1));
        batches.add(Batches.random(2, 9, 9, 9, 9, 4, 0));
        batches.add(Batches.random(3));
        SplittableRandom random = new SplittableRandom(4);
        while (batches.size() < RecordedSteps.LOGGED + 3) {
            int[] lengths = random.ints(SEQUENCES, 0, 7).toArray();
            batches.add(Batches.random(batches.size(), lengths));
        }
        return batches;
    }

    private static List<StepLosses> eager(Run run, List<JaggedBatch> batches) {
        List<StepLosses> told = new ArrayList<>();
        EagerSteps steps = new EagerSteps(run.model, run.adam);
        batches.forEach(batch -> steps.step(batch.padded(SEQUENCES, BUDGET), told::add));
        return told;
    }

    private static void assertSameBits(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        expected.forEach((name, tensor) ->
                assertArrayEquals(tensor.toFloats(), actual.get(name).toFloats(), name));
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, article",
        "reference, article",
        "cpu, article loss.ratingTargetAware",
        "cpu, article loss.negatives",
        "cpu, paper",
        "cpu, paper features.actions",
        "cpu, paper features.queryGap",
        "reference, paper features.queryGap",
        "reference, paper",
        "cpu, sasrec"
    })
    void areTheEagerStepsOfTheSameShapesBitForBit(String backend, String preset) {
        try (Backends.Use use = Backends.use(Backends.get(backend))) {
            List<JaggedBatch> batches = batches();
            Run expected = new Run(preset);
            List<StepLosses> losses = eager(expected, batches);

            Run actual = new Run(preset);
            List<StepLosses> told = new ArrayList<>();
            try (RecordedSteps steps = new RecordedSteps(actual.model, actual.adam, SEQUENCES, BUDGET)) {
                for (JaggedBatch batch : batches) {
                    steps.step(batch, told::add);
                }
                assertEquals(RecordedSteps.LOGGED, told.size());
                steps.flush(told::add);
            }
            assertEquals(losses, told);
            assertEquals(batches.size(), actual.adam.steps());
            assertSameBits(expected.model.stateDict(), actual.model.stateDict());
            assertSameBits(expected.adam.stateDict(), actual.adam.stateDict());
            assertTrue(losses.get(0).total() != losses.get(3).total());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, article",
        "reference, article",
        "cpu, article loss.ratingTargetAware",
        "cpu, article loss.negatives",
        "cpu, paper",
        "cpu, paper features.actions",
        "cpu, paper features.queryGap",
        "reference, paper features.queryGap",
        "reference, paper",
        "cpu, sasrec"
    })
    void spareRowsAndSequencesWeighNothing(String backend, String preset) {
        try (Backends.Use use = Backends.use(Backends.get(backend))) {
            HstuModel model = new Run(preset).model;
            model.train(3);
            JaggedBatch batch = Batches.random(5, 9, 0, 4, 6);
            for (JaggedBatch padded : List.of(batch.padded(4, 20), batch.padded(6, 19), batch.padded(9, 133))) {
                try (Scope scope = Scope.open()) {
                    Gradients expected = new Gradients();
                    Gradients actual = new Gradients();
                    Losses losses = losses(model, batch, expected);
                    Losses same = losses(model, padded, actual);
                    assertClose(losses.retrieval(), same.retrieval(), "retrieval");
                    if (model.predictsRatings()) {
                        assertClose(losses.rating(), same.rating(), "rating");
                    }
                    model.namedParameters()
                            .forEach((name, parameter) ->
                                    assertClose(expected.get(parameter), actual.get(parameter), name));
                }
            }
        }
    }

    private static Losses losses(HstuModel model, JaggedBatch batch, Gradients gradients) {
        try (Tape tape = Tape.open()) {
            Losses losses = model.losses(batch);
            tape.backward(losses.total(), gradients);
            return losses;
        }
    }

    /** Sums may be taken in another order: relative to the largest element. */
    private static void assertClose(Tensor expected, Tensor actual, String name) {
        float[] values = expected.toFloats();
        float[] others = actual.toFloats();
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest > 0, name);
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], others[i], 1e-6 * largest, name);
        }
    }

    @Test
    void aBatchOverTheBudgetIsAStepLikeAnyOther() {
        JaggedBatch large = Batches.random(1, 9, 9, 9, 9, 9, 9);
        JaggedBatch small = Batches.random(2, 3, 3);
        Run expected = new Run("article");
        EagerSteps eager = new EagerSteps(expected.model, expected.adam);
        List<StepLosses> losses = new ArrayList<>();
        Run actual = new Run("article");
        List<StepLosses> told = new ArrayList<>();
        try (RecordedSteps steps = new RecordedSteps(actual.model, actual.adam, SEQUENCES, 10)) {
            for (JaggedBatch batch : List.of(small, large, small)) {
                eager.step(batch.padded(SEQUENCES, batch.events() > 10 ? 54 : 10), losses::add);
                steps.step(batch, told::add);
            }
            steps.flush(told::add);
        }
        assertEquals(losses, told);
        assertSameBits(expected.model.stateDict(), actual.model.stateDict());
    }

    @Test
    void theLearningRateIsThatOfEachStep() {
        List<JaggedBatch> batches = batches().subList(0, 2);
        Run expected = new Run("article");
        Run actual = new Run("article");
        EagerSteps eager = new EagerSteps(expected.model, expected.adam);
        try (RecordedSteps steps = new RecordedSteps(actual.model, actual.adam, SEQUENCES, BUDGET)) {
            for (int i = 0; i < batches.size(); i++) {
                expected.adam.setLearningRate(0.1 / (i + 1));
                eager.step(batches.get(i).padded(SEQUENCES, BUDGET), losses -> {});
                actual.adam.setLearningRate(0.1 / (i + 1));
                steps.step(batches.get(i), losses -> {});
            }
        }
        assertSameBits(expected.model.stateDict(), actual.model.stateDict());
    }

    @Test
    void aLossThatIsNoNumberIsToldWithItsStep() {
        Run run = new Run("article");
        run.adam.setLearningRate(1e38);
        try (RecordedSteps steps = new RecordedSteps(run.model, run.adam, SEQUENCES, BUDGET)) {
            batches().subList(0, 5).forEach(batch -> steps.step(batch, losses -> {}));
            List<StepLosses> told = new ArrayList<>();
            DivergenceException e = assertThrows(DivergenceException.class, () -> steps.flush(told::add));
            assertTrue(e.getMessage().startsWith("step " + (told.size() + 1) + ": the loss is "), e.getMessage());
        }
    }
}
