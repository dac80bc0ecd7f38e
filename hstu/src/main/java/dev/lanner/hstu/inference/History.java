package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;

/**
 * A user's events, the oldest first. The arrays are the history's own: whoever makes one hands them over, and nobody writes into
 * them.
 *
 * @param items {@code [n]}, 1..V
 * @param actions {@code [n]}, 1..3
 * @param times {@code [n]}, seconds, none before the one in front of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record History(int[] items, int[] actions, long[] times) {
    /**
     * Checks lengths and order.
     *
     * @throws IllegalArgumentException if lengths differ, there is no event, or a time is before the one in front of it
     */
    public History {
        if (items.length != actions.length || items.length != times.length) {
            throw new IllegalArgumentException("history: items, actions and times must be equally many, found "
                    + items.length + ", " + actions.length + " and " + times.length);
        }
        if (items.length == 0) {
            throw new IllegalArgumentException("history: needs at least one event");
        }
        for (int i = 1; i < times.length; i++) {
            if (times[i] < times[i - 1]) {
                throw new IllegalArgumentException("history: events must be in the order of time, found time "
                        + times[i] + " of event " + i + " after " + times[i - 1]);
            }
        }
    }

    /** n. */
    public int length() {
        return items.length;
    }

    /**
     * As one packed sequence.
     *
     * @param queryTime of the last row, seconds
     */
    Sequences sequence(long queryTime) {
        int n = length();
        long[] queryTimes = Arrays.copyOfRange(times, 1, n + 1);
        queryTimes[n - 1] = queryTime;
        return new Sequences(
                Tensor.of(new int[] {0, n}, 2),
                Tensor.of(items, n),
                Tensor.of(actions, n),
                Tensor.arange(DType.I32, n),
                Tensor.of(times, n),
                Tensor.of(queryTimes, n));
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
