package dev.lanner.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModuleTest {
    private static Sequential model(long seed) {
        ParameterFactory parameters = new ParameterFactory(seed);
        return new Sequential(
                new Linear(3, 4, parameters),
                new Silu(),
                new LayerNorm(4, LayerNorm.DEFAULT_EPSILON, parameters),
                new Dropout(0.5, parameters.nextKey()),
                new Linear(4, 2, parameters));
    }

    @Test
    void namesParametersInTheOrderOfRegistration() {
        assertEquals(
                List.of(
                        "layers.0.weight",
                        "layers.0.bias",
                        "layers.2.weight",
                        "layers.2.bias",
                        "layers.4.weight",
                        "layers.4.bias"),
                List.copyOf(model(1).namedParameters().keySet()));
        assertEquals(3 * 4 + 4 + 4 + 4 + 4 * 2 + 2, model(1).parameterCount());
    }

    @Test
    void namesWhatIsSharedOnce() {
        Linear shared = new Linear(3, 3, new ParameterFactory(1));
        Sequential model = new Sequential(shared, new Silu(), shared);
        assertEquals(
                List.of("layers.0.weight", "layers.0.bias"),
                List.copyOf(model.namedParameters().keySet()));
        assertEquals(3 * 3 + 3, model.parameterCount());
        model.load(new Sequential(new Linear(3, 3, new ParameterFactory(2))).stateDict());
    }

    @Test
    void rejectsNamesThatAreTakenOrNoNames() {
        final class Twice extends Module {
            Twice(String first, String second) {
                parameter(first, Tensor.zeros(DType.F32, Shape.of(1)));
                child(second, new Silu());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new Twice("a", "a"));
        assertThrows(IllegalArgumentException.class, () -> new Twice("a.b", "c"));
        assertThrows(IllegalArgumentException.class, () -> new Twice("", "c"));
    }

    @Test
    void loadsWhatAnotherModelHolds() {
        Sequential source = model(1);
        Sequential target = model(2);
        target.load(source.stateDict());
        source.namedParameters()
                .forEach((name, parameter) -> assertArrayEquals(
                        parameter.toFloats(), target.namedParameters().get(name).toFloats(), name));
    }

    @Test
    void listsEverythingThatDoesNotFitAndLoadsNothing() {
        Sequential model = model(1);
        float[] before = model.namedParameters().get("layers.0.weight").toFloats();
        Map<String, Tensor> state = new LinkedHashMap<>(model(2).stateDict());
        state.remove("layers.2.bias");
        state.put("layers.9.weight", Tensor.zeros(DType.F32, Shape.of(1)));
        state.put("layers.4.bias", Tensor.zeros(DType.F32, Shape.of(7)));
        StateDictException e = assertThrows(StateDictException.class, () -> model.load(state));
        assertEquals(
                "load: the state does not fit the module; missing [layers.2.bias], unexpected [layers.9.weight],"
                        + " of another shape or dtype [layers.4.bias is F32[7], needs F32[2]]",
                e.getMessage());
        assertArrayEquals(before, model.namedParameters().get("layers.0.weight").toFloats());
    }

    @Test
    void dropoutIsAFunctionOfSeedAndStepAndOffInEvaluation() {
        Dropout dropout = new Dropout(0.4, RandomKey.of(5));
        Tensor ones = Tensor.ones(DType.F32, Shape.of(1000));
        dropout.train(3);
        float[] first = dropout.forward(ones).toFloats();
        assertArrayEquals(first, dropout.forward(ones).toFloats());
        dropout.train(4);
        float[] next = dropout.forward(ones).toFloats();
        assertFalse(Arrays.equals(first, next));
        int kept = 0;
        for (float value : first) {
            assertTrue(value == 0 || Math.abs(value - 1 / 0.6f) < 1e-6);
            kept += value == 0 ? 0 : 1;
        }
        assertEquals(600, kept, 80);
        dropout.eval();
        assertArrayEquals(ones.toFloats(), dropout.forward(ones).toFloats());
        assertThrows(IllegalArgumentException.class, () -> new Dropout(1, RandomKey.of(5)));
    }

    @Test
    void trainAndEvalReachEveryChild() {
        Sequential model = model(1);
        assertTrue(model.isTraining());
        Tensor x = Tensor.ones(DType.F32, Shape.of(1, 3));
        model.eval();
        assertArrayEquals(model.forward(x).toFloats(), model.forward(x).toFloats());
        model.train(1);
        float[] one = model.forward(x).toFloats();
        boolean differs = false;
        for (int step = 2; step < 10; step++) {
            model.train(step);
            differs |= !Arrays.equals(one, model.forward(x).toFloats());
        }
        assertTrue(differs);
    }

    @Test
    void aLinearLayerWithoutBiasHasNoParameterForIt() {
        Linear linear = Linear.withoutBias(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        assertEquals(Set.of("weight"), linear.namedParameters().keySet());
        Tensor x = Tensor.of(new float[] {1, 0, -1, 2, 1, 0}, 2, 3);
        assertArrayEquals(new float[] {-2, -2, 4, 13}, linear.forward(x).toFloats());
        assertThrows(IllegalArgumentException.class, () -> Linear.withoutBias(Tensor.zeros(DType.F32, Shape.of(2))));
    }

    @Test
    void linearIsTheProductWithTheTransposedWeightAndTheBias() {
        Linear linear = new Linear(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3), Tensor.of(new float[] {10, 20}, 2));
        Tensor x = Tensor.of(new float[] {1, 0, -1, 2, 1, 0}, 2, 3);
        assertArrayEquals(new float[] {8, 18, 14, 33}, linear.forward(x).toFloats());
        Tensor silu = linear.forward(x).silu();
        assertArrayEquals(silu.toFloats(), linear.forwardSilu(x).toFloats(), 1e-6f);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Linear(Tensor.zeros(DType.F32, Shape.of(2, 3)), Tensor.zeros(DType.F32, Shape.of(3))));
    }

    @Test
    void linearWithDropoutAndResidualIsItsParts() {
        Linear linear = new Linear(3, 40, new ParameterFactory(1));
        Dropout dropout = new Dropout(0.5, RandomKey.of(5));
        Tensor x = Tensor.normal(RandomKey.of(2), 0, 1, DType.F32, Shape.of(2, 3));
        Tensor residual = Tensor.normal(RandomKey.of(3), 0, 1, DType.F32, Shape.of(2, 40));
        dropout.train(1);
        float[] first = linear.forwardDropoutAdd(x, dropout, residual).toFloats();
        assertArrayEquals(dropout.forward(linear.forward(x)).add(residual).toFloats(), first, 1e-6f);
        dropout.train(2);
        assertFalse(Arrays.equals(
                first, linear.forwardDropoutAdd(x, dropout, residual).toFloats()));
        dropout.eval();
        assertArrayEquals(
                linear.forward(x).add(residual).toFloats(),
                linear.forwardDropoutAdd(x, dropout, residual).toFloats(),
                1e-6f);
    }

    @Test
    void linearSiluInPartsIsItsColumns() {
        Linear linear = new Linear(3, 6, new ParameterFactory(1));
        Tensor x = Tensor.normal(RandomKey.of(2), 0, 1, DType.F32, Shape.of(4, 3));
        Tensor[] columns = linear.forwardSilu(x).split(1, 2, 2, 2);
        Tensor[] parts = linear.forwardSilu(x, 3);
        assertEquals(3, parts.length);
        for (int i = 0; i < 3; i++) {
            assertEquals(Shape.of(4, 2), parts[i].shape());
            assertArrayEquals(columns[i].toFloats(), parts[i].toFloats());
        }
    }

    @Test
    void thePaddingRowOfAnEmbeddingIsZeroAndGetsNoGradient() {
        Embedding embedding = new Embedding(Tensor.ones(DType.F32, Shape.of(3, 2)));
        Tensor ids = Tensor.of(new int[] {0, 2, 2}, 3);
        assertArrayEquals(new float[] {0, 0, 1, 1, 1, 1}, embedding.forward(ids).toFloats());
        try (var tape = Tape.open()) {
            Tensor loss = embedding.forward(ids).sum();
            assertArrayEquals(
                    new float[] {0, 0, 0, 0, 2, 2},
                    tape.backward(loss).get(embedding.weight()).toFloats());
        }
        assertThrows(IllegalArgumentException.class, () -> new Embedding(Tensor.ones(DType.F32, Shape.of(3))));
    }
}
