package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import org.junit.jupiter.api.Test;

final class LoopNestTest {
    private static final Layout MATRIX = Layout.contiguous(Shape.of(6, 4));

    private static void assertNest(int rows, int length, LoopNest nest) {
        assertEquals(rows, nest.rows(), "rows");
        assertEquals(length, nest.rowLength(), "length of a row");
    }

    @Test
    void adjacentOperandsAreOneRow() {
        assertNest(1, 24, new LoopNest(MATRIX, MATRIX));
        assertNest(1, 24, new LoopNest(Layout.contiguous(Shape.of(2, 3, 4)), Layout.contiguous(Shape.of(2, 3, 4))));
    }

    @Test
    void aBroadcastNumberIsOneRowToo() {
        LoopNest nest = new LoopNest(MATRIX, Layout.contiguous(Shape.of()).expand(MATRIX.shape()));
        assertNest(1, 24, nest);
        assertEquals(0, nest.stride(1));
    }

    @Test
    void aBroadcastRowOrColumnKeepsTheRows() {
        LoopNest row = new LoopNest(MATRIX, Layout.contiguous(Shape.of(4)).expand(MATRIX.shape()));
        assertNest(6, 4, row);
        assertEquals(1, row.stride(1));
        LoopNest column = new LoopNest(MATRIX, Layout.contiguous(Shape.of(6, 1)).expand(MATRIX.shape()));
        assertNest(6, 4, column);
        assertEquals(0, column.stride(1));
    }

    @Test
    void dimensionsOfOneElementAreLeftOut() {
        assertNest(1, 6, new LoopNest(MATRIX.slice(1, 2, 1, 1)));
        LoopNest single = new LoopNest(Layout.contiguous(Shape.of(1, 1)).expand(Shape.of(1, 1)));
        assertNest(1, 1, single);
        assertEquals(1, single.stride(0), "a row of one is adjacent");
    }

    @Test
    void evenlyStridedDimensionsAreJoined() {
        // Every second column of all rows: 4 = 2 steps of 2, so the rows continue each other.
        assertNest(1, 12, new LoopNest(MATRIX.slice(1, 0, 2, 2)));
        assertNest(6, 3, new LoopNest(MATRIX.slice(1, 0, 3, 1)));
    }

    @Test
    void cursorAndPositionsFollowTheLayout() {
        Layout x = Layout.contiguous(Shape.of(3, 4, 5, 6)).transpose(0, 2).slice(1, 1, 2, 2);
        Layout y = Layout.contiguous(Shape.of(1, 2, 1, 6)).expand(x.shape());
        LoopNest nest = new LoopNest(x, y);
        for (int first = 0; first < nest.rows(); first++) {
            LoopNest.Cursor cursor = nest.new Cursor(first);
            for (int row = first; row < nest.rows(); row++) {
                assertEquals(x.position(row * nest.rowLength()), cursor.start(0), "row " + row);
                assertEquals(y.position(row * nest.rowLength()), cursor.start(1), "row " + row);
                cursor.next();
            }
        }
        for (int i = 0; i < nest.elements(); i++) {
            assertEquals(x.position(i), nest.position(0, i), "element " + i);
        }
    }
}
