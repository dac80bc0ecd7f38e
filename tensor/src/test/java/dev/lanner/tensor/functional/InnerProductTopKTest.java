package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import net.jqwik.api.Example;

class InnerProductTopKTest extends OnReference {
    @Example
    void findsTheLargestInOrder() {
        Tensor table = Tensor.of(new double[] {1, 0, 0, 1, 3, 3, -1, 5, 3, 3}, 5, 2);
        Tensor[] out = {Tensor.zeros(DType.F64, Shape.of(2, 3)), Tensor.zeros(DType.I32, Shape.of(2, 3))};
        Tensor queries = Tensor.of(new double[] {1, 1, -1, 0}, 2, 2);
        Fused.update(new InnerProductTopK(5, 3), out, queries, InnerProductTopK.pack(table));
        assertArrayEquals(new double[] {6, 6, 4, 1, 0, -1}, out[0].toDoubles(), 0);
        assertArrayEquals(new int[] {2, 4, 3, 3, 1, 0}, out[1].toInts());
    }

    @Example
    void panelsHaveColumnsOfRows() {
        double[] values = new double[65 * 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Tensor panels = InnerProductTopK.pack(Tensor.of(values, 65, 2));
        assertEquals(Shape.of(2, 2, 64), panels.shape());
        double[] packed = panels.toDoubles();
        assertEquals(2 * 5, packed[5], "row 5, column 0");
        assertEquals(2 * 5 + 1, packed[64 + 5], "row 5, column 1");
        assertEquals(2 * 64 + 1, packed[3 * 64], "row 64, column 1");
        assertEquals(0, packed[3 * 64 + 1], "behind the last row");
    }

    @Example
    void mistakesAreNamed() {
        assertEquals(
                "innerProductTopK: k must be in 1..4 rows, found 5",
                assertThrows(IllegalArgumentException.class, () -> new InnerProductTopK(4, 5))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new InnerProductTopK(4, 0));
        InnerProductTopK op = new InnerProductTopK(65, 1);
        Tensor queries = Tensor.zeros(DType.F64, Shape.of(1, 2));
        assertEquals(
                "innerProductTopK: panels must be [2, 2, 64], found [1, 2, 64]",
                assertThrows(
                                ShapeException.class,
                                () -> op.outputShapes(queries, Tensor.zeros(DType.F64, Shape.of(1, 2, 64))))
                        .getMessage());
        assertEquals(
                "innerProductTopK: panels must be contiguous, as pack makes them",
                assertThrows(
                                ShapeException.class,
                                () -> op.outputShapes(
                                        queries,
                                        Tensor.zeros(DType.F64, Shape.of(2, 64, 2))
                                                .transpose()))
                        .getMessage());
    }
}
