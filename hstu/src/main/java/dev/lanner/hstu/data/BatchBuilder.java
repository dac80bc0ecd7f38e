package dev.lanner.hstu.data;

/** Packs histories into a {@link JaggedBatch}. */
final class BatchBuilder {
    private final Interactions interactions;
    private final int[] users;
    private final int[] offsets;
    private final int[] items;
    private final int[] actions;
    private final long[] timestamps;
    private final int[] targetItems;
    private final float[] targetRatings;
    private final long[] targetTimestamps;
    private int sequences;

    /**
     * A batch without histories yet.
     *
     * @param users the internal ones whose histories are added, in this order; taken over
     * @param rows events of all of them together
     */
    BatchBuilder(Interactions interactions, int[] users, int rows) {
        this.interactions = interactions;
        this.users = users;
        offsets = new int[users.length + 1];
        items = new int[rows];
        actions = new int[rows];
        timestamps = new long[rows];
        targetItems = new int[rows];
        targetRatings = new float[rows];
        targetTimestamps = new long[rows];
    }

    /**
     * Adds the events at positions {@code start .. end - 1} as the next user's sequence; the event at {@code end} is the last target.
     *
     * @param everyRow whether every row predicts the event after it, or only the last one
     */
    void add(int start, int end, boolean everyRow) {
        int row = offsets[sequences];
        for (int i = start; i < end; i++, row++) {
            items[row] = interactions.itemAt(i);
            actions[row] = Action.of(interactions.ratingAt(i)).id();
            timestamps[row] = interactions.timestampAt(i);
            if (everyRow || i == end - 1) {
                targetItems[row] = interactions.itemAt(i + 1);
                targetRatings[row] = interactions.ratingAt(i + 1);
                targetTimestamps[row] = interactions.timestampAt(i + 1);
            }
        }
        offsets[++sequences] = row;
    }

    JaggedBatch build() {
        return new JaggedBatch(
                users, offsets, items, actions, timestamps, targetItems, targetRatings, targetTimestamps);
    }
}
