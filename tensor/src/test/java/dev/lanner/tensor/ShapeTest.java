package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShapeTest {
    private static String message(Runnable mistake) {
        return assertThrows(ShapeException.class, mistake::run).getMessage();
    }

    @Test
    void countsElements() {
        assertEquals(1, Shape.of().elements());
        assertEquals(24, Shape.of(2, 3, 4).elements());
        assertEquals(0, Shape.of(2, 0, 4).elements());
        assertEquals(Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE).elements());
    }

    @Test
    void negativeAxesCountFromTheEnd() {
        Shape shape = Shape.of(2, 3, 4);
        assertEquals(4, shape.size(-1));
        assertEquals(2, shape.size(-3));
        assertEquals(1, shape.axis("op", -2));
        assertEquals("op: axis 3 is outside of rank 3 (shape=[2, 3, 4])", message(() -> shape.axis("op", 3)));
        assertEquals("op: axis -4 is outside of rank 3 (shape=[2, 3, 4])", message(() -> shape.axis("op", -4)));
    }

    @Test
    void refusesWhatIsNoShape() {
        assertEquals("shape: sizes must not be negative, found [2, -1]", message(() -> Shape.of(2, -1)));
        assertEquals("shape: more than 2^31-1 elements in [65536, 32768]", message(() -> Shape.of(65536, 32768)));
        // The product of the sizes must not wrap around to something that fits, nor hide behind a size of 0.
        message(() -> Shape.of(1 << 16, 1 << 16, 1 << 16, 1 << 16));
        message(() -> Shape.of(0, 1 << 16, 1 << 16));
    }

    @Test
    void broadcastsFromTheLastDimension() {
        assertEquals(Shape.of(2, 3, 4), Shape.broadcast("op", Shape.of(3, 1), Shape.of(2, 1, 4)));
        assertEquals(Shape.of(5), Shape.broadcast("op", Shape.of(), Shape.of(5)));
        assertEquals(Shape.of(0), Shape.broadcast("op", Shape.of(1), Shape.of(0)));
        assertEquals(
                "add: shapes do not broadcast, 3 vs 4 (a=[2, 3], b=[4])",
                message(() -> Shape.broadcast("add", Shape.of(2, 3), Shape.of(4))));
        message(() -> Shape.broadcast("add", Shape.of(2), Shape.of(0)));
    }

    @Test
    void isAValue() {
        int[] sizes = {2, 3};
        Shape shape = Shape.of(sizes);
        sizes[0] = 9;
        shape.sizes()[0] = 9;
        assertArrayEquals(new int[] {2, 3}, shape.sizes());
        assertEquals(Shape.of(2, 3), shape);
        assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
        assertNotEquals(Shape.of(3, 2), shape);
        assertNotEquals(Shape.of(2, 3, 1), shape);
        assertEquals("[2, 3]", shape.toString());
        assertEquals(Shape.of(2, 7), shape.with(1, 7));
    }
}
