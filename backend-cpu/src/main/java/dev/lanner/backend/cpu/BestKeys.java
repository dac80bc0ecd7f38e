package dev.lanner.backend.cpu;

/**
 * The first few of the elements offered, by keys: numbers that are larger the earlier an element comes, by its value (NaN first, -0 is
 * 0), then by its position. They are in a heap with the least of them at its root, which every later element is compared with.
 */
final class BestKeys {
    private final ReduceKernels kernels;
    private final long[] heap;
    private int size;

    /** Keeps up to {@code most}. */
    BestKeys(ReduceKernels kernels, int most) {
        this.kernels = kernels;
        heap = new long[most];
    }

    /**
     * Offers elements.
     *
     * @param values n of them from {@code offset} on
     * @param position of the first
     */
    void offer(float[] values, int offset, int n, int position) {
        int i = 0;
        while (size < heap.length && i < n) {
            heap[size++] = key(values[offset + i], position + i);
            i++;
            for (int root = size / 2 - 1; size == heap.length && root >= 0; root--) {
                sink(heap, root, size);
            }
        }
        // Most elements are below the root, and are passed over by vectors.
        while (i < n && (i = kernels.nextAbove(value(heap[0]), values, offset, i, n)) < n) {
            long key = key(values[offset + i], position + i);
            if (key > heap[0]) {
                heap[0] = key;
                sink(heap, 0, size);
            }
            i++;
        }
    }

    /** How many are kept. */
    int size() {
        return size;
    }

    /** The keys, largest first, in an array as long as the most that there may be; nothing can be offered any more. */
    long[] descending() {
        for (int root = size / 2 - 1; size < heap.length && root >= 0; root--) {
            sink(heap, root, size);
        }
        for (int rest = size - 1; rest > 0; rest--) {
            long last = heap[0];
            heap[0] = heap[rest];
            heap[rest] = last;
            sink(heap, 0, rest);
        }
        return heap;
    }

    private static long key(float value, int position) {
        int bits = Float.floatToRawIntBits(value + 0f);
        // Of negative numbers the order of the bits is the reverse one.
        int order = Float.isNaN(value) ? Integer.MAX_VALUE : bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) order << 32 | (Integer.MAX_VALUE - position);
    }

    /** The value of a key; -0 has become 0. */
    static float value(long key) {
        int order = (int) (key >> 32);
        return Float.intBitsToFloat(order ^ (order >> 31 & Integer.MAX_VALUE));
    }

    /** The position of a key. */
    static int position(long key) {
        return Integer.MAX_VALUE - (int) key;
    }

    /** Puts the root of a heap, whose least key is at the root, to its place. */
    private static void sink(long[] heap, int root, int size) {
        long sunk = heap[root];
        int at = root;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= sunk) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = sunk;
    }
}
