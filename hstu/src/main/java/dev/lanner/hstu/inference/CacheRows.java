package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.KeyValues;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory of one or several caches of a user, each of which is longer than the one before it by the events appended to it. Rows are
 * written once, by whoever claims them, before the cache that has them exists: a cache never sees a row change.
 */
final class CacheRows {
    /** Rows are made in multiples of it, so that most events are appended without a copy. */
    private static final int STEP = 32;

    private final Object owner;
    private final int capacity;
    private final Tensor[] keys;
    private final Tensor[] values;
    private final Tensor times;
    private final AtomicInteger used;

    /**
     * Memory without contents.
     *
     * @param owner who encodes into it
     * @param capacity rows that there may ever be
     * @param blocks of the model
     * @param keyWidth H * dqk
     * @param valueWidth H * dv
     * @param used rows that are claimed
     */
    CacheRows(Object owner, int capacity, int blocks, int keyWidth, int valueWidth, int used) {
        this.owner = owner;
        this.capacity = capacity;
        this.used = new AtomicInteger(used);
        // An event more than is claimed, so that the next one has room.
        int allocated = Math.min(capacity, (used / STEP + 1) * STEP);
        keys = new Tensor[blocks];
        values = new Tensor[blocks];
        for (int block = 0; block < blocks; block++) {
            keys[block] = zeros(DType.F32, Shape.of(allocated, keyWidth));
            values[block] = zeros(DType.F32, Shape.of(allocated, valueWidth));
        }
        times = zeros(DType.I64, Shape.of(allocated));
    }

    private static Tensor zeros(DType dtype, Shape shape) {
        return Scope.outside(() -> Tensor.zeros(dtype, shape));
    }

    Object owner() {
        return owner;
    }

    int capacity() {
        return capacity;
    }

    long bytes() {
        long numbers = 0;
        for (int block = 0; block < keys.length; block++) {
            numbers += keys[block].shape().elements() + values[block].shape().elements();
        }
        return numbers * Float.BYTES + (long) times.size(0) * Long.BYTES;
    }

    /** Memory with room behind {@code length} rows, claimed for the caller: this, or a copy where it is full or another was quicker. */
    CacheRows claim(int length) {
        if (length < times.size(0) && used.compareAndSet(length, length + 1)) {
            return this;
        }
        CacheRows copy = new CacheRows(owner, capacity, keys.length, keys[0].size(1), values[0].size(1), length + 1);
        for (int block = 0; block < keys.length; block++) {
            copy.keys[block].narrow(0, 0, length).assign(keys[block].narrow(0, 0, length));
            copy.values[block].narrow(0, 0, length).assign(values[block].narrow(0, 0, length));
        }
        copy.times.narrow(0, 0, length).assign(times.narrow(0, 0, length));
        return copy;
    }

    /** Writes claimed rows of one block. */
    void write(int block, int first, Tensor newKeys, Tensor newValues) {
        keys[block].narrow(0, first, newKeys.size(0)).assign(newKeys);
        values[block].narrow(0, first, newValues.size(0)).assign(newValues);
    }

    /** Writes the times of claimed rows. */
    void write(int first, Tensor newTimes) {
        times.narrow(0, first, newTimes.size(0)).assign(newTimes);
    }

    KeyValues history(int block, int length) {
        return new KeyValues(
                keys[block].narrow(0, 0, length), values[block].narrow(0, 0, length), times.narrow(0, 0, length));
    }
}
