package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexingTest extends OnReference {
    private Tensor table;

    @BeforeEach
    void makeTable() {
        table = Tensor.of(new double[] {0, 1, 10, 11, 20, 21}, 3, 2);
    }

    private static Tensor ints(int... values) {
        return Tensor.of(values, values.length);
    }

    @Test
    void gatherPicksRowsByIndicesOfAnyShape() {
        assertArrayEquals(
                new double[] {20, 21, 0, 1, 20, 21},
                table.gatherRows(ints(2, 0, 2)).toDoubles());
        assertEquals(
                Shape.of(2, 1, 2), table.gatherRows(ints(2, 0).reshape(2, 1)).shape());
        assertEquals(Shape.of(2), table.gatherRows(ints(2).reshape()).shape());
        assertEquals(Shape.of(0, 2), table.gatherRows(ints()).shape());
        assertArrayEquals(new double[] {10, 11}, table.embedding(ints(1), 0).toDoubles());
        // Of a view, by a view.
        Tensor columns = ints(0, 2, 1, 2, 0, 2).reshape(3, 2).narrow(1, 1, 1).squeeze(1);
        assertArrayEquals(
                new double[] {11, 11, 11},
                table.transpose()
                        .gatherRows(ints(1))
                        .narrow(1, 1, 1)
                        .expand(Shape.of(3, 1))
                        .toDoubles());
        assertArrayEquals(
                new double[] {20, 21, 20, 21, 20, 21}, table.gatherRows(columns).toDoubles());
    }

    @Test
    void scatterAddsRows() {
        Tensor rows = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
        assertArrayEquals(
                new double[] {0, 0, 3, 4, 6, 8, 0, 0},
                rows.scatterAddRows(ints(2, 1, 2), 4).toDoubles());
        assertArrayEquals(
                new double[] {9, 12},
                rows.reshape(3, 1, 2)
                        .scatterAddRows(ints(0, 0, 0).reshape(3, 1), 1)
                        .toDoubles());
    }

    @Test
    void oneHotMarksTheClass() {
        assertArrayEquals(new int[] {0, 0, 1, 1, 0, 0}, ints(2, 0).oneHot(3).toInts());
        assertEquals(Shape.of(2, 1, 3), ints(2, 0).reshape(2, 1).oneHot(3).shape());
    }

    @Test
    void indicesAreCheckedBeforeAnythingIsRead() {
        String above = assertThrows(IndexOutOfBoundsException.class, () -> table.gatherRows(ints(0, 3)))
                .getMessage();
        assertEquals("gatherRows: index 3 at position 1 is outside of [0, 3) (indices=[2])", above);
        String below = assertThrows(IndexOutOfBoundsException.class, () -> table.embedding(ints(-1), 0))
                .getMessage();
        assertEquals("gatherRows: index -1 at position 0 is outside of [0, 3) (indices=[1])", below);
        String padding = assertThrows(ShapeException.class, () -> table.embedding(ints(0), 3))
                .getMessage();
        assertEquals("gatherRows: the padding row must be one of the table's, 0 to 2, found 3", padding);
        assertThrows(IndexOutOfBoundsException.class, () -> table.scatterAddRows(ints(0, 1, 2), 2));
        assertThrows(IndexOutOfBoundsException.class, () -> ints(3).oneHot(3));
        // What lies beside the view does not count.
        assertEquals(
                Shape.of(1, 2),
                table.gatherRows(ints(99, 1, 99).narrow(0, 1, 1)).shape());
        assertEquals(
                Shape.of(2, 2),
                table.gatherRows(ints(1, 99, 2, 99).slice(0, 0, 4, 2)).shape());
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> table.gatherRows(ints(1, 2, 99).slice(0, 0, 3, 2)));
    }

    @Test
    void mistakesAreNamed() {
        assertEquals(
                "gatherRows: indices must be I32, found F64[3, 2] on reference",
                assertThrows(ShapeException.class, () -> table.gatherRows(table))
                        .getMessage());
        assertEquals(
                "gatherRows: the table must be [R, D] (table=[3, 2, 1])",
                assertThrows(ShapeException.class, () -> table.unsqueeze(2).gatherRows(ints(0)))
                        .getMessage());
        assertEquals(
                "scatterAddRows: indices [2] do not fit rows [3, 2]",
                assertThrows(ShapeException.class, () -> table.scatterAddRows(ints(0, 0), 3))
                        .getMessage());
        assertThrows(
                ShapeException.class,
                () -> table.narrow(0, 0, 1).reshape(2).narrow(0, 0, 1).reshape().scatterAddRows(ints(0), 3));
    }
}
