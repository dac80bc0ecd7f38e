package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RowsTest {
    private static final float[] VALUES = new float[1000];

    static {
        for (int i = 0; i < VALUES.length; i++) {
            VALUES[i] = i;
        }
    }

    private static View view(Layout layout) {
        return new View(HostArray.of(VALUES), layout);
    }

    @Property(tries = 300)
    void readsTheElementsOfAnyLayout(
            @ForAll @IntRange(max = 4) int outer,
            @ForAll @IntRange(max = 4) int rows,
            @ForAll @IntRange(max = 5) int width,
            @ForAll Placement placement) {
        check(placement.layout(outer, rows, width));
        check(placement.layout(rows, width));
        check(placement.layout(width));
        check(placement.layout());
    }

    @Example
    void readsBroadcastElements() {
        Layout row = Layout.contiguous(Shape.of(1, 5));
        check(row.expand(Shape.of(4, 5)));
        check(row.expand(Shape.of(3, 4, 5)));
        check(Layout.contiguous(Shape.of(4, 1)).expand(Shape.of(4, 5)));
        check(Layout.contiguous(Shape.of()).expand(Shape.of(4, 5)));
        check(Layout.contiguous(Shape.of(3, 1, 5)).expand(Shape.of(3, 4, 5)));
    }

    private static void check(Layout layout) {
        Rows rows = Rows.of(view(layout));
        Rows flat = Rows.flat(view(layout));
        int elements = layout.shape().elements();
        assertEquals(elements, rows.count() * rows.width());
        assertEquals(elements, flat.width());
        float[] copy = ContiguousCopy.of(view(layout)).floats();
        for (int i = 0; i < elements; i++) {
            float expected = VALUES[layout.position(i)];
            assertEquals(expected, rows.values()[rows.at(i / rows.width()) + i % rows.width()]);
            assertEquals(expected, flat.values()[flat.offset() + i]);
            assertEquals(expected, copy[i]);
        }
    }

    @Example
    void columnsAndRepeatedRowsAreUsedWhereTheyLie() {
        assertSame(VALUES, Rows.of(view(Placement.COLUMNS.layout(4, 5))).values());
        assertSame(VALUES, Rows.of(view(Placement.OFFSET.layout(4, 5))).values());
        Layout repeated = Layout.contiguous(Shape.of(1, 5)).expand(Shape.of(4, 5));
        assertSame(VALUES, Rows.of(view(repeated)).values());
    }

    @Example
    void otherLayoutsAreCopied() {
        assertNotSame(VALUES, Rows.of(view(Placement.TRANSPOSED.layout(4, 5))).values());
        assertNotSame(VALUES, Rows.of(view(Placement.STEPPED.layout(4, 5))).values());
        assertNotSame(VALUES, Rows.of(view(Placement.COLUMNS.layout(2, 4, 5))).values());
        Layout mixed = Layout.contiguous(Shape.of(3, 1, 5)).expand(Shape.of(3, 4, 5));
        assertNotSame(VALUES, Rows.of(view(mixed)).values());
    }

    @Example
    void indicesAndTimesAreCopiedToo() {
        int[] ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        long[] longs = {0, 1, 2, 3, 4, 5, 6};
        Indices transposed = Indices.of(new View(HostArray.of(ints), Placement.TRANSPOSED.layout(2, 3)));
        assertArrayEquals(new int[] {0, 2, 4, 1, 3, 5}, transposed.values());
        Indices offset = Indices.of(new View(HostArray.of(ints), Placement.OFFSET.layout(2, 3)));
        assertSame(ints, offset.values());
        assertEquals(3, offset.offset());
        View stepped = new View(HostArray.of(longs), Placement.STEPPED.layout(3));
        assertArrayEquals(new long[] {1, 3, 5}, ContiguousCopy.of(stepped).longs());
    }
}
