package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScratchTest {
    @Test
    void keepsABufferThatIsLongEnough() {
        Scratch scratch = new Scratch();
        float[] floats = scratch.floats(2, 1000);
        int[] ints = scratch.ints(2, 1000);
        assertTrue(floats.length >= 1000 && ints.length >= 1000);
        assertSame(floats, scratch.floats(2, 10));
        assertSame(ints, scratch.ints(2, 1000));
        assertNotSame(floats, scratch.floats(3, 1000));
    }

    @Test
    void growsByMoreThanIsAsked() {
        Scratch scratch = new Scratch();
        int length = scratch.floats(0, 1000).length;
        assertEquals(length + length / 2, scratch.floats(0, length + 1).length);
    }

    @Test
    void takesAnySlotAndSize() {
        Scratch scratch = new Scratch();
        assertNotNull(scratch.floats(100, 0));
        assertTrue(scratch.ints(100, 70_000).length >= 70_000);
    }
}
