package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import java.util.Arrays;

/**
 * What the users of a batch have seen, packed: sequence b has seen {@code items[offsets[b]]} to {@code items[offsets[b+1] - 1]}.
 *
 * @param offsets {@code [B+1]}
 * @param items {@code [S]}, ascending for each sequence
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SeenItems(int[] offsets, int[] items) {
    /** What is left out of the ranking of a part's targets. */
    static SeenItems of(LeaveOneOut split, LeaveOneOut.Part part, JaggedBatch batch) {
        int[] offsets = new int[batch.sequences() + 1];
        int[][] seen = new int[batch.sequences()][];
        for (int b = 0; b < seen.length; b++) {
            seen[b] = split.seen(batch.users()[b], part).stream().toArray();
            offsets[b + 1] = offsets[b] + seen[b].length;
        }
        return new SeenItems(
                offsets, Arrays.stream(seen).flatMapToInt(Arrays::stream).toArray());
    }

    /** The same, filled up with sequences that have seen nothing, and with zeros behind the last offset. */
    SeenItems padded(int sequences, int count) {
        int[] more = Arrays.copyOf(offsets, sequences + 1);
        Arrays.fill(more, offsets.length, more.length, items.length);
        return new SeenItems(more, Arrays.copyOf(items, count));
    }
}
