package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CreationTest extends OnReference {
    @Test
    void copiesTheValues() {
        float[] values = {1, 2};
        Tensor x = Tensor.of(values, 2);
        values[0] = 9;
        x.toFloats()[1] = 9;
        assertArrayEquals(new float[] {1, 2}, x.toFloats());
        assertEquals("F32[2] on reference", x.toString());
    }

    @Test
    void fillsAndCounts() {
        assertArrayEquals(new double[] {0, 1, 2}, Tensor.arange(DType.F64, 3).toDoubles());
        assertArrayEquals(new long[] {0, 1, 2}, Tensor.arange(DType.I64, 3).toLongs());
        assertEquals(0, Tensor.arange(DType.I32, 0).shape().elements());
        assertArrayEquals(new int[] {1, 1}, Tensor.ones(DType.I32, Shape.of(2)).toInts());
        assertArrayEquals(
                new float[] {0}, Tensor.zeros(DType.F32, Shape.of(1, 1)).toFloats());
        assertEquals(2.5, Tensor.full(DType.F64, Shape.of(), 2.5).item());
    }

    @Test
    void onlyFloatingPointTensorsRequireGradients() {
        Tensor x = Tensor.zeros(DType.F32, Shape.of(2));
        assertTrue(x.requireGradient().requiresGradient());
        assertFalse(x.requireGradient().detach().requiresGradient());
        assertSame(x, x.detach());
        assertSame(x.view().storage(), x.requireGradient().view().storage());
        String message = assertThrows(
                        ShapeException.class,
                        () -> Tensor.zeros(DType.I32, Shape.of(2)).requireGradient())
                .getMessage();
        assertEquals("requireGradient: only floating point tensors have gradients, found I32", message);
    }

    @Test
    void randomTensorsNeedSensibleParameters() {
        RandomKey key = RandomKey.of(1);
        Shape shape = Shape.of(2);
        assertThrows(IllegalArgumentException.class, () -> Tensor.uniform(key, 1, 1, DType.F32, shape));
        assertThrows(IllegalArgumentException.class, () -> Tensor.randomInts(key, 3, 2, shape));
        assertThrows(IllegalArgumentException.class, () -> Tensor.normal(key, 0, -1, DType.F32, shape));
        assertThrows(IllegalArgumentException.class, () -> Tensor.uniform(key, Double.NaN, 1, DType.F32, shape));
        assertThrows(ShapeException.class, () -> Tensor.uniform(key, 0, 1, DType.I32, shape));
        assertArrayEquals(
                new float[] {3, 3}, Tensor.normal(key, 3, 0, DType.F32, shape).toFloats());
    }

    @Test
    void randomTensorsAreFunctionsOfTheirKey() {
        Shape shape = Shape.of(5);
        float[] drawn = Tensor.uniform(RandomKey.of(1), 0, 1, DType.F32, shape).toFloats();
        assertArrayEquals(
                drawn, Tensor.uniform(RandomKey.of(1), 0, 1, DType.F32, shape).toFloats());
        double[] wide = Tensor.uniform(RandomKey.of(1), 0, 1, DType.F64, shape).toDoubles();
        for (int i = 0; i < 5; i++) {
            assertEquals(drawn[i], wide[i]);
        }
        RandomKey[] others = {RandomKey.of(2), RandomKey.of(1).withStream(1), new RandomKey(1, 1, 0)};
        for (RandomKey other : others) {
            assertFalse(
                    drawn[0] == Tensor.uniform(other, 0, 1, DType.F32, shape).toFloats()[0], other.toString());
        }
    }
}
