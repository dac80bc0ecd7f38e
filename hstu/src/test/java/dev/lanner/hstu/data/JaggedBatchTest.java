package dev.lanner.hstu.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
        String rule = "batch: offsets must rise from 0 to at most 5, found ";
        assertEquals(rule + "[1, 3, 5]", message(2, 5, 1, 3, 5));
        assertEquals(rule + "[0, 6, 5]", message(2, 5, 0, 6, 5));
        assertEquals(rule + "[0, -1, 5]", message(2, 5, 0, -1, 5));
    }

    @Test
    void spareRowsAreEmpty() {
        JaggedBatch spare = batch(2, 5, 0, 1, 3);
        assertEquals(5, spare.rows());
        assertEquals(3, spare.events());
        assertEquals(
                "batch: row 4 is past the last offset, 2, and must be empty, found item 7 and target 0",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new JaggedBatch(
                                        new int[1],
                                        new int[] {0, 2},
                                        new int[] {1, 2, 0, 0, 7},
                                        new int[5],
                                        new long[5],
                                        new int[5],
                                        new float[5],
                                        new long[5]))
                        .getMessage());
    }

    @Test
    void padsToAFixedSize() {
        JaggedBatch batch = new JaggedBatch(
                new int[] {4, 6},
                new int[] {0, 1, 3},
                new int[] {1, 2, 3},
                new int[] {1, 2, 3},
                new long[] {10, 20, 30},
                new int[] {2, 3, 0},
                new float[] {5, 4, 0},
                new long[] {20, 30, 0});
        JaggedBatch padded = batch.padded(4, 5);
        assertArrayEquals(new int[] {4, 6, JaggedBatch.NOBODY, JaggedBatch.NOBODY}, padded.users());
        assertArrayEquals(new int[] {0, 1, 3, 3, 3}, padded.offsets());
        assertArrayEquals(new int[] {1, 2, 3, 0, 0}, padded.items());
        assertArrayEquals(new int[] {1, 2, 3, 0, 0}, padded.actions());
        assertArrayEquals(new long[] {10, 20, 30, 0, 0}, padded.timestamps());
        assertArrayEquals(new int[] {2, 3, 0, 0, 0}, padded.targetItems());
        assertArrayEquals(new float[] {5, 4, 0, 0, 0}, padded.targetRatings());
        assertArrayEquals(new long[] {20, 30, 0, 0, 0}, padded.targetTimestamps());
        assertEquals(3, padded.padded(5, 9).events());
        assertEquals(
                "batch: 2 sequences of 3 rows do not fit into 2 of 2",
                assertThrows(IllegalArgumentException.class, () -> batch.padded(2, 2))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> batch.padded(1, 3));
    }

    /** Two sequences, of which the second has no target at its end, an empty one, and spare rows. */
    @Test
    void positionsAndQueryTimes() {
        JaggedBatch batch = new JaggedBatch(
                        new int[] {4, 6},
                        new int[] {0, 2, 4},
                        new int[] {1, 2, 3, 4},
                        new int[] {1, 2, 3, 1},
                        new long[] {10, 20, 30, 40},
                        new int[] {2, 7, 4, 0},
                        new float[] {5, 3, 4, 0},
                        new long[] {20, 90, 40, 0})
                .padded(3, 6);
        assertArrayEquals(new int[] {0, 1, 0, 1, 0, 0}, batch.positions());
        assertArrayEquals(new long[] {20, 90, 40, 40, 0, 0}, batch.queryTimes());
        JaggedBatch asked = batch.askedAtLastEvent();
        assertArrayEquals(new long[] {20, 20, 40, 40, 0, 0}, asked.queryTimes());
        assertArrayEquals(new long[] {20, 20, 40, 0, 0, 0}, asked.targetTimestamps());
        assertArrayEquals(batch.targetItems(), asked.targetItems());
        assertEquals(6, batch.padded(3, 6).rows(), "its events fit, whatever spare rows it had");
        assertEquals(4, batch.padded(3, 4).rows());
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
