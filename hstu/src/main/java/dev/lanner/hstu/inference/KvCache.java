package dev.lanner.hstu.inference;

import dev.lanner.tensor.Tensor;

/**
 * What the blocks made of a user's history: keys and values of each block, the events' times, and the state after the last event. A
 * value: {@link MFalcon#append} makes another one, which may share this one's memory, and this one stays as it is. Safe for use by many
 * threads.
 *
 * <p>In a model with query time a row asks with the time of the event to come, so that of the last event depends on the request. Its
 * keys and values are not kept then, but its token, with which they are computed when it is known.
 */
public final class KvCache {
    private final CacheRows rows;
    private final int length;
    private final LastEvent last;
    private final long queryTime;
    private final Tensor state;

    /**
     * The last event.
     *
     * @param time seconds
     * @param token {@code [1, D]}, null where the event's keys and values are in the rows
     */
    record LastEvent(long time, Tensor token) {}

    /**
     * A cache.
     *
     * @param length events
     * @param queryTime the time of the request, seconds
     * @param state {@code [1, D]}, after the last event, for a request at that time
     */
    KvCache(CacheRows rows, int length, LastEvent last, long queryTime, Tensor state) {
        this.rows = rows;
        this.length = length;
        this.last = last;
        this.queryTime = queryTime;
        this.state = state;
    }

    /** The events in it. */
    public int length() {
        return length;
    }

    /** The events that it can have, L of the model: with as many in it, no more can be appended. */
    public int capacity() {
        return rows.capacity();
    }

    /** The time of the last event, seconds. */
    public long lastTime() {
        return last.time();
    }

    /** The time of the request that it is for, seconds: {@link #lastTime}, or what was asked of {@link MFalcon#at}. */
    public long queryTime() {
        return queryTime;
    }

    /** The memory that it holds: 4 bytes for each number of its keys, values and state, 8 for each time, spare rows included. */
    public long bytes() {
        int states = last.token() == null ? 1 : 2;
        return rows.bytes() + states * (long) state.shape().elements() * Float.BYTES;
    }

    /** The user's state after the last event, {@code [D]}: what an {@link ItemIndex} is searched with. */
    public float[] state() {
        return state.toFloats();
    }

    /** The user's state, {@code [1, D]}. */
    Tensor lastState() {
        return state;
    }

    LastEvent last() {
        return last;
    }

    CacheRows rows() {
        return rows;
    }

    /** The events whose keys and values are in the rows: all, or all but the last. */
    int settled() {
        return last.token() == null ? length : length - 1;
    }
}
