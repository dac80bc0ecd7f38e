package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;

/**
 * Sums and extremes of floats. {@link SimdReduceKernels} and {@link ScalarReduceKernels} are twins; the second runs where {@code
 * jdk.incubator.vector} is missing. Each adds in an order that depends on the sizes alone, in several partial sums, so that rounding
 * errors grow slowly. Extremes pass NaN on.
 */
interface ReduceKernels {
    /** The twin for this JVM. */
    static ReduceKernels choose() {
        return SimdSupport.available() ? new SimdReduceKernels() : new ScalarReduceKernels();
    }

    /** Reduces n adjacent elements from {@code xo} on; n is at least 1. */
    float row(ReduceOp op, float[] x, int xo, int n);

    /**
     * Reduces the columns of a matrix: {@code out[j] = op over i of x[i, j]}.
     *
     * @param xRow distance between rows, whose elements are adjacent
     * @param rows at least 1
     * @param n number of columns
     */
    void columns(ReduceOp op, float[] x, int xo, int xRow, int rows, float[] out, int oo, int n);

    /**
     * Adds rows to rows of a table, one after the other: {@code table[indices[i], j] += x[i, j]}.
     *
     * @param count number of indices
     * @param n number of columns
     */
    void addRows(
            float[] x, int xo, int xRow, int[] indices, int io, int count, float[] table, int to, int tableRow, int n);

    /** The first position in {@code from .. n - 1} of an element that is above a threshold or NaN; n if there is none. */
    int nextAbove(float threshold, float[] x, int xo, int from, int n);
}
