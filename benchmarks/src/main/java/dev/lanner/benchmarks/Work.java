package dev.lanner.benchmarks;

/**
 * What a computation does at the least: the operations that its result takes, and its inputs and outputs, each read or written
 * once. A function such as exp counts as one operation. What a kernel does beyond that is its own affair and shows as a lower rate.
 *
 * @param flops floating point operations
 * @param bytes read and written
 */
record Work(double flops, double bytes) {
    /** Work of {@code elements} results, from arrays of as many elements. */
    static Work elementwise(double elements, int flopsEach, int arrays) {
        return new Work(elements * flopsEach, elements * arrays * Float.BYTES);
    }

    /** Both, one after the other. */
    Work plus(Work other) {
        return new Work(flops + other.flops, bytes + other.bytes);
    }

    /** The same work this many times. */
    Work times(double factor) {
        return new Work(flops * factor, bytes * factor);
    }
}
