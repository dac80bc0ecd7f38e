package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Java arrays by size class (four classes between powers of two), given back and handed out again, so that a repeated training step
 * allocates little. Arrays are longer than asked for, and their contents are undefined. Thread-safe.
 */
final class BufferPool {
    /** Smaller arrays are left to the garbage collector, which is quicker with them. */
    private static final int SMALLEST = 1024;

    /** What may lie unused, in bytes. */
    private final long limit;

    private final Map<DType, Map<Integer, ArrayDeque<HostArray>>> free = new HashMap<>();
    private long unused;

    /** A pool that keeps at most {@code limit} unused bytes. */
    BufferPool(long limit) {
        this.limit = limit;
    }

    /** An array of at least {@code size} elements. */
    HostArray take(DType dtype, int size) {
        if (size < SMALLEST) {
            return HostArray.allocate(dtype, size);
        }
        int rounded = sizeClass(size);
        synchronized (this) {
            ArrayDeque<HostArray> arrays = arrays(dtype, rounded);
            HostArray array = arrays.pollLast();
            if (array != null) {
                unused -= bytes(dtype, rounded);
                return array;
            }
        }
        return HostArray.allocate(dtype, rounded);
    }

    /** Takes an array back, which the caller must not use any more. */
    synchronized void giveBack(HostArray array) {
        int size = array.length();
        long bytes = bytes(array.dtype(), size);
        if (size >= SMALLEST && size == sizeClass(size) && unused + bytes <= limit) {
            arrays(array.dtype(), size).addLast(array);
            unused += bytes;
        }
    }

    /** Forgets all unused arrays. */
    synchronized void clear() {
        free.clear();
        unused = 0;
    }

    private ArrayDeque<HostArray> arrays(DType dtype, int rounded) {
        return free.computeIfAbsent(dtype, key -> new HashMap<>()).computeIfAbsent(rounded, key -> new ArrayDeque<>());
    }

    /** The next number of the form 4, 5, 6 or 7 times a power of two. */
    static int sizeClass(int size) {
        int shift = Math.max(0, 29 - Integer.numberOfLeadingZeros(size - 1));
        long rounded = ((long) ((size - 1) >> shift) + 1) << shift;
        return rounded > Integer.MAX_VALUE - 8 ? size : (int) rounded;
    }

    private static long bytes(DType dtype, int size) {
        return (long) size * (dtype == DType.F64 || dtype == DType.I64 ? Long.BYTES : Integer.BYTES);
    }
}
