package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Java arrays by size class (four classes between powers of two), given back and handed out again, so that a repeated training step
 * allocates little. Arrays are longer than asked for, and their contents are undefined. Thread-safe, without locks: of many threads on
 * few cores one would lose its core while it holds a lock, and the others would queue behind it.
 */
final class BufferPool {
    /** Smaller arrays are left to the garbage collector, which is quicker with them. */
    private static final int SMALLEST = 1024;

    /** What may lie unused, in bytes. */
    private final long limit;

    private final Map<DType, Map<Integer, Deque<HostArray>>> free = new EnumMap<>(DType.class);
    private final AtomicLong unused = new AtomicLong();

    /** A pool that keeps at most {@code limit} unused bytes. */
    BufferPool(long limit) {
        this.limit = limit;
        for (DType dtype : DType.values()) {
            free.put(dtype, new ConcurrentHashMap<>());
        }
    }

    /** An array of at least {@code size} elements. */
    HostArray take(DType dtype, int size) {
        if (size < SMALLEST) {
            return HostArray.allocate(dtype, size);
        }
        int rounded = sizeClass(size);
        HostArray array = arrays(dtype, rounded).pollLast();
        if (array == null) {
            return HostArray.allocate(dtype, rounded);
        }
        unused.addAndGet(-bytes(array));
        return array;
    }

    /** Takes an array back, which the caller must not use any more. */
    void giveBack(HostArray array) {
        int size = array.length();
        if (size < SMALLEST || size != sizeClass(size)) {
            return;
        }
        // Counted first, so that two threads cannot both have the last place.
        if (unused.addAndGet(bytes(array)) <= limit) {
            arrays(array.dtype(), size).addLast(array);
        } else {
            unused.addAndGet(-bytes(array));
        }
    }

    /** Forgets all unused arrays. */
    void clear() {
        for (Map<Integer, Deque<HostArray>> sizes : free.values()) {
            for (Deque<HostArray> arrays : sizes.values()) {
                for (HostArray array = arrays.pollLast(); array != null; array = arrays.pollLast()) {
                    unused.addAndGet(-bytes(array));
                }
            }
        }
    }

    private Deque<HostArray> arrays(DType dtype, int rounded) {
        Map<Integer, Deque<HostArray>> sizes = free.get(dtype);
        // Looked up first: computing may lock, even where there is nothing to compute.
        Deque<HostArray> arrays = sizes.get(rounded);
        return arrays != null ? arrays : sizes.computeIfAbsent(rounded, key -> new ConcurrentLinkedDeque<>());
    }

    /** The next number of the form 4, 5, 6 or 7 times a power of two. */
    static int sizeClass(int size) {
        int shift = Math.max(0, 29 - Integer.numberOfLeadingZeros(size - 1));
        long rounded = ((long) ((size - 1) >> shift) + 1) << shift;
        return rounded > Integer.MAX_VALUE - 8 ? size : (int) rounded;
    }

    private static long bytes(HostArray array) {
        DType dtype = array.dtype();
        return (long) array.length() * (dtype == DType.F64 || dtype == DType.I64 ? Long.BYTES : Integer.BYTES);
    }
}
