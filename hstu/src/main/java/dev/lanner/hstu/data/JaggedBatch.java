package dev.lanner.hstu.data;

import java.util.Arrays;

/**
 * Histories of B users, packed row after row: sequence b is rows {@code offsets[b]} to {@code offsets[b+1] - 1}. Rows past the last
 * offset are spare: they hold zeros, belong to no sequence, and weigh nothing. Only batches of a fixed size have them. The arrays are
 * the batch's own: whoever makes a batch hands them over, and nobody writes into them.
 *
 * @param users {@code [B]}, {@link #NOBODY} for sequences that only fill up a fixed size
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
    /** The user of an empty sequence that is there to make a batch of a fixed size. */
    public static final int NOBODY = -1;

    /**
     * Checks the lengths, the offsets and the spare rows.
     *
     * @throws IllegalArgumentException if a column is not N long, the offsets do not rise from 0 to at most N, or a spare row has an item
     *     or a target
     */
    public JaggedBatch {
        int rows = items.length;
        checkLength("offsets", offsets.length, users.length + 1);
        checkLength("actions", actions.length, rows);
        checkLength("timestamps", timestamps.length, rows);
        checkLength("targetItems", targetItems.length, rows);
        checkLength("targetRatings", targetRatings.length, rows);
        checkLength("targetTimestamps", targetTimestamps.length, rows);
        boolean rises = offsets[0] == 0 && offsets[users.length] <= rows;
        for (int b = 0; b < users.length; b++) {
            rises &= offsets[b] <= offsets[b + 1];
        }
        if (!rises) {
            throw new IllegalArgumentException(
                    "batch: offsets must rise from 0 to at most " + rows + ", found " + Arrays.toString(offsets));
        }
        for (int i = offsets[users.length]; i < rows; i++) {
            if (items[i] != 0 || targetItems[i] != 0) {
                throw new IllegalArgumentException("batch: row " + i + " is past the last offset, "
                        + offsets[users.length] + ", and must be empty, found item " + items[i] + " and target "
                        + targetItems[i]);
            }
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

    /** N, with spare rows. */
    public int rows() {
        return items.length;
    }

    /** The rows that belong to sequences. */
    public int events() {
        return offsets[users.length];
    }

    /**
     * The same histories in a batch of a fixed size: empty sequences and spare rows fill it up.
     *
     * @param sequences B of the result
     * @param rows N of the result
     * @throws IllegalArgumentException if the histories do not fit
     */
    public JaggedBatch padded(int sequences, int rows) {
        if (sequences < sequences() || rows < events()) {
            throw new IllegalArgumentException("batch: " + sequences() + " sequences of " + events()
                    + " rows do not fit into " + sequences + " of " + rows);
        }
        int[] moreUsers = Arrays.copyOf(users, sequences);
        Arrays.fill(moreUsers, users.length, sequences, NOBODY);
        int[] moreOffsets = Arrays.copyOf(offsets, sequences + 1);
        Arrays.fill(moreOffsets, offsets.length, sequences + 1, events());
        return new JaggedBatch(
                moreUsers,
                moreOffsets,
                Arrays.copyOf(items, rows),
                Arrays.copyOf(actions, rows),
                Arrays.copyOf(timestamps, rows),
                Arrays.copyOf(targetItems, rows),
                Arrays.copyOf(targetRatings, rows),
                Arrays.copyOf(targetTimestamps, rows));
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
            if (last >= offsets[b] && targetItems[last] != 0) {
                times[last] = timestamps[last];
            }
        }
        return new JaggedBatch(users, offsets, items, actions, timestamps, targetItems, targetRatings, times);
    }
}
