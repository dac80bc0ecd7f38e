package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * Between the columns of the heads and the blocks of whole vectors that {@link AttentionTiles} works on: in place where a head's width
 * is made of whole vectors, else copies in which each head begins at a multiple of the padded width. Padding is 0, though no result
 * depends on it: leftovers may be denormal, which makes a multiplication slow.
 */
final class AttentionPacking {
    private AttentionPacking() {}

    /** Least multiple of the lanes that holds {@code width}. */
    static int padded(int width, int lanes) {
        return (width + lanes - 1) / lanes * lanes;
    }

    /**
     * Some rows of all heads with whole vectors: where they lie if a head's width is made of those, else copied to a buffer
     * {@code [count, heads * padded]}, the slot of the scratch memory, with zeros behind each width.
     */
    static AttentionSlice rows(
            AttentionSlice source, int start, int count, int heads, int width, int padded, Scratch scratch, int slot) {
        if (width == padded) {
            return new AttentionSlice(source.values(), source.at(start, 0), source.rowStride());
        }
        float[] buffer = scratch.floats(slot, count * heads * padded);
        for (int row = 0; row < count; row++) {
            for (int head = 0; head < heads; head++) {
                int to = (row * heads + head) * padded;
                System.arraycopy(source.values(), source.at(start + row, head * width), buffer, to, width);
                Arrays.fill(buffer, to + width, to + padded, 0);
            }
        }
        return new AttentionSlice(buffer, 0, heads * padded);
    }

    /** Zeros to add some rows of all heads to: in their place, or in a buffer where {@link #rows} would copy them. */
    static AttentionSlice zeros(
            AttentionSlice target, int start, int count, int heads, int width, int padded, Scratch scratch, int slot) {
        AttentionSlice sums = width == padded
                ? new AttentionSlice(target.values(), target.at(start, 0), target.rowStride())
                : new AttentionSlice(scratch.floats(slot, count * heads * padded), 0, heads * padded);
        clear(sums, 0, count, heads * padded);
        return sums;
    }

    /** Brings what was added to {@link #zeros} to its place. */
    static void store(
            AttentionSlice sums, AttentionSlice target, int start, int count, int heads, int width, int padded) {
        for (int row = 0; row < count && width < padded; row++) {
            for (int head = 0; head < heads; head++) {
                int from = sums.at(row, head * padded);
                System.arraycopy(sums.values(), from, target.values(), target.at(start + row, head * width), width);
            }
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
