package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.backend.BackendException;
import org.junit.jupiter.api.Test;

class GridTest {
    @Test
    void holdsAllElements() {
        assertArrayEquals(new int[] {2, 1, 1}, Grid.elements(Grid.ELEMENTS + 1).groups());
        int most = Integer.MAX_VALUE / Grid.ELEMENTS;
        assertEquals(most, Grid.elements(most * Grid.ELEMENTS).groups()[0]);
    }

    @Test
    void refusesMoreWorkItemsThanAnIntHolds() {
        Grid most = Grid.groups((1 << 25) - 1, 64);
        assertEquals(most, new DeviceTask(FloatElements.FILL, most, new Meta(0)).grid());
        String message = assertThrows(
                        BackendException.class,
                        () -> new DeviceTask(FloatElements.FILL, Grid.groups(1 << 25, 64), new Meta(0)))
                .getMessage();
        assertEquals(
                "kernel fillF32: a device runs at most 2^31-1 work items in a row, found 33554432 groups of 64",
                message);
    }
}
