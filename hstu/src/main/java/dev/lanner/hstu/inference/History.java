package dev.lanner.hstu.inference;

import java.util.Arrays;

/**
 * A user's events in the order of time. The arrays are the history's own: whoever makes one hands them over, and nobody writes into
 * them.
 *
 * @param items {@code [n]}, 1..V
 * @param actions {@code [n]}, 1..3
 * @param times {@code [n]}, seconds
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record History(int[] items, int[] actions, long[] times) {
    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if they differ, or there is no event
     */
    public History {
        if (items.length != actions.length || items.length != times.length) {
            throw new IllegalArgumentException("history: items, actions and times must be equally many, found "
                    + items.length + ", " + actions.length + " and " + times.length);
        }
        if (items.length == 0) {
            throw new IllegalArgumentException("history: needs at least one event");
        }
    }

    /** n. */
    public int length() {
        return items.length;
    }

    /** The last events, at most {@code count} of them. */
    public History mostRecent(int count) {
        int start = Math.max(0, length() - count);
        return start == 0
                ? this
                : new History(
                        Arrays.copyOfRange(items, start, length()),
                        Arrays.copyOfRange(actions, start, length()),
                        Arrays.copyOfRange(times, start, length()));
    }
}
