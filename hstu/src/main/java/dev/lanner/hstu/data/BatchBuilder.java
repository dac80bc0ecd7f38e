package dev.lanner.hstu.data;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;

/** Packs histories into a {@link JaggedBatch}. */
final class BatchBuilder {
    private final Interactions interactions;
    private final IntArrayList users = new IntArrayList();
    private final IntArrayList offsets = new IntArrayList(new int[] {0});
    private final IntArrayList items = new IntArrayList();
    private final IntArrayList actions = new IntArrayList();
    private final LongArrayList timestamps = new LongArrayList();
    private final IntArrayList targetItems = new IntArrayList();
    private final FloatArrayList targetRatings = new FloatArrayList();
    private final LongArrayList targetTimestamps = new LongArrayList();

    BatchBuilder(Interactions interactions) {
        this.interactions = interactions;
    }

    /**
     * Adds the events at positions {@code start .. end - 1} as a sequence; the event at {@code end} is the last target.
     *
     * @param user the internal one whose events they are
     * @param everyRow whether every row predicts the event after it, or only the last one
     */
    void add(int user, int start, int end, boolean everyRow) {
        for (int i = start; i < end; i++) {
            items.add(interactions.itemAt(i));
            actions.add(Action.of(interactions.ratingAt(i)).id());
            timestamps.add(interactions.timestampAt(i));
            boolean predicts = everyRow || i == end - 1;
            targetItems.add(predicts ? interactions.itemAt(i + 1) : 0);
            targetRatings.add(predicts ? interactions.ratingAt(i + 1) : 0);
            targetTimestamps.add(predicts ? interactions.timestampAt(i + 1) : 0);
        }
        users.add(user);
        offsets.add(items.size());
    }

    JaggedBatch build() {
        return new JaggedBatch(
                users.toIntArray(),
                offsets.toIntArray(),
                items.toIntArray(),
                actions.toIntArray(),
                timestamps.toLongArray(),
                targetItems.toIntArray(),
                targetRatings.toFloatArray(),
                targetTimestamps.toLongArray());
    }
}
