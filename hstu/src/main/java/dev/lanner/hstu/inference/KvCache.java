package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.KeyValues;
import dev.lanner.tensor.Tensor;

/**
 * What the blocks made of a user's history: keys and values of each block, the events' times, and the state after the last event. A
 * value: {@link MFalcon#append} makes another one, which may share this one's memory, and this one stays as it is. Safe for use by many
 * threads.
 */
public final class KvCache {
    private final CacheRows rows;
    private final int length;
    private final long lastTime;
    private final Tensor lastState;

    KvCache(CacheRows rows, int length, long lastTime, Tensor lastState) {
        this.rows = rows;
        this.length = length;
        this.lastTime = lastTime;
        this.lastState = lastState;
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
        return lastTime;
    }

    /** The memory that it holds: 4 bytes for each number of its keys, values and state, 8 for each time, spare rows included. */
    public long bytes() {
        return rows.bytes() + (long) lastState.shape().elements() * Float.BYTES;
    }

    /** The user's state, {@code [1, D]}. */
    Tensor lastState() {
        return lastState;
    }

    CacheRows rows() {
        return rows;
    }

    /** Keys, values and times of the events as one block has them. */
    KeyValues history(int block) {
        return rows.history(block, length);
    }
}
