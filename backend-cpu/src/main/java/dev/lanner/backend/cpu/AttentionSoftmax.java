package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * The softmax of one worker's unit over tiles of keys as they come (Milakov and Gimelshein, "Online normalizer calculation for
 * softmax", 2018): exponentials are relative to the largest score so far, and where a tile has a larger one, what was summed before
 * it is scaled down.
 */
final class AttentionSoftmax {
    private static final int SIZE = AttentionTiles.SIZE;

    private final AttentionShape shape;
    private final AttentionTiles tiles;
    private final Scratch scratch;
    private final int slot;
    private final float[] rescale;
    private final float[] tileSums;
    private float[] largest;
    private float[] sums;
    private int count;

    /** Buffers of one worker; {@code scratch} owns them, four slots from {@code slot} on. */
    AttentionSoftmax(AttentionShape shape, AttentionTiles tiles, Scratch scratch, int slot) {
        this.shape = shape;
        this.tiles = tiles;
        this.scratch = scratch;
        this.slot = slot;
        rescale = scratch.floats(slot, SIZE);
        tileSums = scratch.floats(slot + 1, SIZE);
    }

    /** Starts on a unit of {@code rows} rows. */
    void begin(int rows) {
        count = rows;
        int size = rows * shape.heads();
        largest = scratch.floats(slot + 2, size);
        sums = scratch.floats(slot + 3, size);
        // Finite, so that a tile of scores that are all -inf weighs nothing instead of being no number.
        Arrays.fill(largest, 0, size, -Float.MAX_VALUE);
        Arrays.fill(sums, 0, size, 0);
    }

    /**
     * Turns a head's tile of scores into exponentials, and scales what its rows have summed so far.
     *
     * @param row the first one's number in the unit
     * @param out the sums, of {@code outWidth} columns from {@code column} on
     */
    void activate(
            int rows,
            int width,
            int diagonal,
            float[] scores,
            int head,
            int row,
            AttentionSlice out,
            int column,
            int outWidth) {
        int at = head * count + row;
        tiles.softmax(rows, width, diagonal, shape.softmaxFactor(), scores, largest, at, rescale, tileSums);
        for (int r = 0; r < rows; r++) {
            sums[at + r] = sums[at + r] * rescale[r] + tileSums[r];
            if (rescale[r] != 1) {
                tiles.scale(outWidth, rescale[r], out.values(), out.at(row + r, column));
            }
        }
    }

    /**
     * Ends the unit: divides the sums, and writes the statistics.
     *
     * @param first the unit's first row among all
     * @param statistics null if nobody wants them
     */
    void end(int first, AttentionSlice out, int width, AttentionSlice statistics) {
        int heads = shape.heads();
        for (int row = 0; row < count; row++) {
            for (int head = 0; head < heads; head++) {
                float inverse = 1 / sums[head * count + row];
                tiles.scale(width, inverse / shape.divisor(), out.values(), out.at(row, head * width));
                if (statistics != null) {
                    statistics.values()[statistics.at(first + row, head)] = largest[head * count + row];
                    statistics.values()[statistics.at(first + row, heads + head)] = inverse;
                }
            }
        }
    }
}
