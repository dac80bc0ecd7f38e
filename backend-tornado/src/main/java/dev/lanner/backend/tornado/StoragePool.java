package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Storages that were given back, by dtype and size class, to be handed out again: new off-heap memory is zeroed first, and only
 * comes back to the system when the garbage collector finds it. Not thread-safe.
 */
final class StoragePool {
    private static final int LEAST = 16;
    /** Size classes to a power of two: at most a quarter is wasted. */
    private static final int STEPS = 4;

    /** What may lie unused, in bytes. */
    private final long limit;

    private final Map<DType, Map<Integer, Deque<TornadoStorage>>> free = new EnumMap<>(DType.class);
    private long unused;

    /** A pool that keeps at most {@code limit} unused bytes. */
    StoragePool(long limit) {
        this.limit = limit;
    }

    /** A storage of at least {@code size} elements, contents undefined. */
    TornadoStorage take(DType dtype, int size) {
        int capacity = sizeClass(size);
        TornadoStorage found = classes(dtype)
                .computeIfAbsent(capacity, any -> new ArrayDeque<>())
                .poll();
        if (found == null) {
            return TornadoStorage.allocate(dtype, capacity);
        }
        unused -= found.bytes();
        return found;
    }

    /** Takes a storage back; beyond the limit it is left to the garbage collector. */
    void giveBack(TornadoStorage storage) {
        if (unused + storage.bytes() > limit) {
            return;
        }
        unused += storage.bytes();
        classes(storage.dtype())
                .computeIfAbsent(storage.size(), any -> new ArrayDeque<>())
                .push(storage);
    }

    /** Drops what was given back. */
    void clear() {
        free.clear();
        unused = 0;
    }

    private Map<Integer, Deque<TornadoStorage>> classes(DType dtype) {
        return free.computeIfAbsent(dtype, any -> new TreeMap<>());
    }

    /** The smallest size class of at least this size. */
    static int sizeClass(int size) {
        if (size <= LEAST) {
            return LEAST;
        }
        int power = Integer.highestOneBit(size - 1);
        int step = Math.max(power / STEPS, 1);
        long rounded = ((long) size + step - 1) / step * step;
        return (int) Math.min(rounded, Integer.MAX_VALUE - 8);
    }
}
