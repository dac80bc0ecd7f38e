package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * Copies between the columns of one head and the dense, padded blocks that {@link AttentionTiles} works on. Padding is 0, though no
 * result depends on it: leftovers may be denormal, which makes a multiplication slow.
 */
final class AttentionPacking {
    private static final int SIZE = AttentionTiles.SIZE;

    private AttentionPacking() {}

    /** Least multiple of the lanes that holds {@code width}. */
    static int padded(int width, int lanes) {
        return (width + lanes - 1) / lanes * lanes;
    }

    /** Copies rows, columns {@code [column, column + width)}, to {@code [count, padded]}, zeros behind the width. */
    static void rows(AttentionSlice source, int start, int count, int column, int width, int padded, float[] target) {
        for (int row = 0; row < count; row++) {
            int to = row * padded;
            System.arraycopy(source.values(), source.at(start + row, column), target, to, width);
            Arrays.fill(target, to + width, to + padded, 0);
        }
    }

    /** Copies up to {@link AttentionTiles#SIZE} rows to the columns of {@code [width, SIZE]}, zeros behind the last. */
    static void transposed(AttentionSlice source, int start, int count, int column, int width, float[] target) {
        float[] values = source.values();
        int row = 0;
        for (; row + 4 <= count; row += 4) { // by fours: a store in each column of the target costs more than a load
            int from0 = source.at(start + row, column);
            int from1 = from0 + source.rowStride();
            int from2 = from1 + source.rowStride();
            int from3 = from2 + source.rowStride();
            for (int k = 0; k < width; k++) {
                int to = k * SIZE + row;
                target[to] = values[from0 + k];
                target[to + 1] = values[from1 + k];
                target[to + 2] = values[from2 + k];
                target[to + 3] = values[from3 + k];
            }
        }
        for (; row < count; row++) {
            int from = source.at(start + row, column);
            for (int k = 0; k < width; k++) {
                target[k * SIZE + row] = values[from + k];
            }
        }
        for (int k = 0; count < SIZE && k < width; k++) {
            Arrays.fill(target, k * SIZE + count, (k + 1) * SIZE, 0);
        }
    }

    /** Copies {@code [count, padded]} from {@code offset} on back to the columns of a head. */
    static void store(
            float[] source,
            int offset,
            int padded,
            AttentionSlice target,
            int start,
            int count,
            int column,
            int width) {
        for (int row = 0; row < count; row++) {
            System.arraycopy(source, offset + row * padded, target.values(), target.at(start + row, column), width);
        }
    }

    /** Writes zeros to rows {@code [start, end)}, all {@code columns} of them. */
    static void clear(AttentionSlice target, int start, int end, int columns) {
        for (int row = start; row < end; row++) {
            int at = target.at(row, 0);
            Arrays.fill(target.values(), at, at + columns, 0);
        }
    }
}
