package dev.lanner.hstu.data;

import java.util.Arrays;

/**
 * Histories of B users, packed row after row without padding: sequence b is rows {@code offsets[b]} to {@code offsets[b+1] - 1}.
 * The arrays are the batch's own: whoever makes a batch hands them over, and nobody writes into them.
 *
 * @param users {@code [B]}
 * @param offsets {@code [B+1]}
 * @param items {@code [N]}, 1..V
 * @param actions {@code [N]}, 1..3
 * @param timestamps {@code [N]}, seconds
 * @param targetItems {@code [N]}, the next event's item, 0 where there is nothing to predict
 * @param targetRatings {@code [N]}, its rating 1..5, 0 where there is nothing to predict
 * @param targetTimestamps {@code [N]}, its time, 0 where there is nothing to predict
 */
public record JaggedBatch(
        int[] users,
        int[] offsets,
        int[] items,
        int[] actions,
        long[] timestamps,
        int[] targetItems,
        float[] targetRatings,
        long[] targetTimestamps) {
    /**
     * Checks the lengths and the offsets.
     *
     * @throws IllegalArgumentException if a column is not N long, or the offsets do not rise from 0 to N
     */
    public JaggedBatch {
        int rows = items.length;
        checkLength("offsets", offsets.length, users.length + 1);
        checkLength("actions", actions.length, rows);
        checkLength("timestamps", timestamps.length, rows);
        checkLength("targetItems", targetItems.length, rows);
        checkLength("targetRatings", targetRatings.length, rows);
        checkLength("targetTimestamps", targetTimestamps.length, rows);
        boolean rises = offsets[0] == 0 && offsets[users.length] == rows;
        for (int b = 0; b < users.length; b++) {
            rises &= offsets[b] <= offsets[b + 1];
        }
        if (!rises) {
            throw new IllegalArgumentException(
                    "batch: offsets must rise from 0 to " + rows + ", found " + Arrays.toString(offsets));
        }
    }

    private static void checkLength(String column, int found, int wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("batch: " + column + " must have " + wanted + " values, found " + found);
        }
    }

    /** B. */
    public int sequences() {
        return users.length;
    }

    /** N. */
    public int rows() {
        return items.length;
    }

    /** Each row's position in its sequence, {@code [N]}, from 0. */
    public int[] positions() {
        int[] positions = new int[rows()];
        for (int b = 0; b < sequences(); b++) {
            for (int i = offsets[b]; i < offsets[b + 1]; i++) {
                positions[i] = i - offsets[b];
            }
        }
        return positions;
    }

    /**
     * When the event after each row happens, {@code [N]} seconds: the time of the next row, and for the last row of a sequence that of
     * its target, or if it has none its own.
     */
    public long[] queryTimes() {
        long[] times = new long[rows()];
        for (int b = 0; b < sequences(); b++) {
            int last = offsets[b + 1] - 1;
            for (int i = offsets[b]; i < last; i++) {
                times[i] = timestamps[i + 1];
            }
            if (last >= offsets[b]) {
                times[last] = targetItems[last] == 0 ? timestamps[last] : targetTimestamps[last];
            }
        }
        return times;
    }

    /** The same histories with their targets' times unknown: each is asked at the time of its last event. */
    public JaggedBatch askedAtLastEvent() {
        long[] times = targetTimestamps.clone();
        for (int b = 0; b < sequences(); b++) {
            int last = offsets[b + 1] - 1;
            if (last >= offsets[b]) {
                times[last] = timestamps[last];
            }
        }
        return new JaggedBatch(users, offsets, items, actions, timestamps, targetItems, targetRatings, times);
    }
}
