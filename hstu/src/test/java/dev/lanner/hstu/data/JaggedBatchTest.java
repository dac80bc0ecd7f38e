package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class JaggedBatchTest {
    @Test
    void sequencesAndRows() {
        JaggedBatch batch = batch(2, 5, 0, 5, 5);
        assertEquals(2, batch.sequences());
        assertEquals(5, batch.rows());
        assertEquals(0, batch(0, 0, 0).rows());
    }

    @Test
    void offsetsThatDoNotRiseFromZeroToTheRows() {
        String rule = "batch: offsets must rise from 0 to 5, found ";
        assertEquals(rule + "[1, 3, 5]", message(2, 5, 1, 3, 5));
        assertEquals(rule + "[0, 3, 4]", message(2, 5, 0, 3, 4));
        assertEquals(rule + "[0, 6, 5]", message(2, 5, 0, 6, 5));
        assertEquals(rule + "[0, -1, 5]", message(2, 5, 0, -1, 5));
    }

    @Test
    void columnsOfOtherLengths() {
        assertEquals("batch: offsets must have 3 values, found 2", message(2, 5, 0, 5));
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> new JaggedBatch(
                        new int[1],
                        new int[] {0, 2},
                        new int[2],
                        new int[2],
                        new long[3],
                        new int[2],
                        new float[2],
                        new long[2]));
        assertEquals("batch: timestamps must have 2 values, found 3", error.getMessage());
    }

    private static String message(int sequences, int rows, int... offsets) {
        return assertThrows(IllegalArgumentException.class, () -> batch(sequences, rows, offsets))
                .getMessage();
    }

    private static JaggedBatch batch(int sequences, int rows, int... offsets) {
        return new JaggedBatch(
                new int[sequences],
                offsets,
                new int[rows],
                new int[rows],
                new long[rows],
                new int[rows],
                new float[rows],
                new long[rows]);
    }
}
