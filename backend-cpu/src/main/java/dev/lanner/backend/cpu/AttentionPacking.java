package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * Between the columns of one head and the blocks of whole vectors that {@link AttentionTiles} works on: in place where a head's width is
 * made of whole vectors, else copies with padding. Padding is 0, though no result depends on it: leftovers may be denormal, which
 * makes a multiplication slow.
 */
final class AttentionPacking {
    private static final int SIZE = AttentionTiles.SIZE;

    private AttentionPacking() {}

    /** Least multiple of the lanes that holds {@code width}. */
    static int padded(int width, int lanes) {
        return (width + lanes - 1) / lanes * lanes;
    }

    /**
     * Some rows of a head, columns {@code [column, column + width)}, with whole vectors: where they lie if the width is made of
     * those, else copied to a buffer {@code [count, padded]}, the slot of the scratch memory, with zeros behind the width.
     */
    static AttentionSlice rows(
            AttentionSlice source, int start, int count, int column, int width, int padded, Scratch scratch, int slot) {
        if (width == padded) {
            return new AttentionSlice(source.values(), source.at(start, column), source.rowStride());
        }
        float[] buffer = scratch.floats(slot, count * padded);
        for (int row = 0; row < count; row++) {
            int to = row * padded;
            System.arraycopy(source.values(), source.at(start + row, column), buffer, to, width);
            Arrays.fill(buffer, to + width, to + padded, 0);
        }
        return new AttentionSlice(buffer, 0, padded);
    }

    /** Zeros to add some rows of a head to: in their place, or in a buffer where {@link #rows} would copy them. */
    static AttentionSlice zeros(
            AttentionSlice target, int start, int count, int column, int width, int padded, Scratch scratch, int slot) {
        AttentionSlice sums = width == padded
                ? new AttentionSlice(target.values(), target.at(start, column), target.rowStride())
                : new AttentionSlice(scratch.floats(slot, count * padded), 0, padded);
        clear(sums, 0, count, padded);
        return sums;
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

    /** Brings what was added to {@link #zeros} to its place. */
    static void store(
            AttentionSlice sums, AttentionSlice target, int start, int count, int column, int width, int padded) {
        for (int row = 0; row < count && width < padded; row++) {
            System.arraycopy(sums.values(), sums.at(row, 0), target.values(), target.at(start + row, column), width);
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
