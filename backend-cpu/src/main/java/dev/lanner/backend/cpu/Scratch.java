package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * Work space of one thread: numbered buffers that kernels take instead of allocating. A buffer keeps its place and grows by at least
 * half, so that a repeated step soon allocates nothing. Not thread-safe: it belongs to whoever runs the task that received it, and
 * what a task leaves behind is never read by the next.
 */
final class Scratch {
    private static final int SMALLEST = 64;

    private float[][] floats = new float[8][];
    private int[][] ints = new int[8][];

    /**
     * Takes the float buffer of a slot. It is the same array as before where that is long enough, so one slot serves one purpose at a
     * time.
     *
     * @param slot number of the buffer, from 0
     * @param size elements wanted
     * @return an array of at least {@code size} elements with undefined contents; it stays with this object
     */
    float[] floats(int slot, int size) {
        if (slot >= floats.length) {
            floats = Arrays.copyOf(floats, Math.max(slot + 1, 2 * floats.length));
        }
        float[] buffer = floats[slot];
        if (buffer == null || buffer.length < size) {
            buffer = new float[grown(buffer == null ? 0 : buffer.length, size)];
            floats[slot] = buffer;
        }
        return buffer;
    }

    /**
     * Takes the int buffer of a slot; int and float slots are numbered apart.
     *
     * @param slot number of the buffer, from 0
     * @param size elements wanted
     * @return an array of at least {@code size} elements with undefined contents; it stays with this object
     */
    int[] ints(int slot, int size) {
        if (slot >= ints.length) {
            ints = Arrays.copyOf(ints, Math.max(slot + 1, 2 * ints.length));
        }
        int[] buffer = ints[slot];
        if (buffer == null || buffer.length < size) {
            buffer = new int[grown(buffer == null ? 0 : buffer.length, size)];
            ints[slot] = buffer;
        }
        return buffer;
    }

    private static int grown(int before, int wanted) {
        long larger = before + ((long) before >> 1);
        return (int) Math.max(Math.max(wanted, SMALLEST), Math.min(larger, Integer.MAX_VALUE - 8));
    }
}
