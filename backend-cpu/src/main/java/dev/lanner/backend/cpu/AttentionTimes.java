package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * The time bias of one worker's tiles. Distances in time are ints whose bucket is exactly that of the long distance, and for each row
 * and vector of keys the range of buckets is known that they can be in. The range is what keeps many buckets cheap: a vector compares
 * with the few boundaries inside its range, whether there are 4 boundaries or 128.
 *
 * <p>Times of a unit that lie within 2^31 of each other are taken relative to the earliest. Where they do not (milliseconds over
 * more than 24 days), the bucket itself stands for the distance, and the boundaries are 1, 2, 3, ...
 */
final class AttentionTimes {
    private static final int SIZE = AttentionTiles.SIZE;

    private final AttentionBias bias;
    private final AttentionTiles tiles;
    private final int lanes;
    private final int groups;
    private final int[] intBoundaries;
    private final int[] bucketNumbers;
    private final int[] lowest;
    private final int[] highest;
    private final int[] queries;
    private final int[] keys;
    private final int[] earliestKey;
    private final int[] latestKey;
    private final float[] sums;
    private boolean exact;
    private long origin;

    /**
     * Buffers of one worker.
     *
     * @param bias a bias with a time table
     * @param scratch owns the buffers: its slots 0 to 7 of ints, {@code slot} of floats
     */
    AttentionTimes(AttentionBias bias, AttentionTiles tiles, Scratch scratch, int slot) {
        this.bias = bias;
        this.tiles = tiles;
        lanes = tiles.lanes();
        groups = SIZE / lanes;
        keys = scratch.ints(0, SIZE * SIZE);
        queries = scratch.ints(1, SIZE);
        lowest = scratch.ints(2, SIZE * groups);
        highest = scratch.ints(3, SIZE * groups);
        earliestKey = scratch.ints(4, groups);
        latestKey = scratch.ints(5, groups);
        intBoundaries = scratch.ints(6, bias.buckets());
        bucketNumbers = scratch.ints(7, bias.buckets());
        sums = scratch.floats(slot, bias.buckets() * lanes);
        for (int k = 0; k < bias.buckets() - 1; k++) {
            // distances in ints stay below the largest int, and so below every boundary that is cut to it
            intBoundaries[k] = (int) Math.max(0, Math.min(bias.boundaries()[k], Integer.MAX_VALUE));
            bucketNumbers[k] = k + 1;
        }
    }

    /** Starts on a unit: global rows of its queries and of its keys. */
    void begin(int rowStart, int rowEnd, int columnStart, int columnEnd) {
        long earliest = Long.MAX_VALUE;
        long latest = Long.MIN_VALUE;
        for (int row = rowStart; row < rowEnd; row++) {
            earliest = Math.min(earliest, bias.queryTimes()[row]);
            latest = Math.max(latest, bias.queryTimes()[row]);
        }
        for (int row = columnStart; row < columnEnd; row++) {
            earliest = Math.min(earliest, bias.keyTimes()[row]);
            latest = Math.max(latest, bias.keyTimes()[row]);
        }
        origin = earliest;
        long range = latest - earliest;
        exact = range >= 0 && range < Integer.MAX_VALUE; // negative: the difference overflowed
    }

    /** Starts on a tile's keys, given by global rows. */
    void keys(int start, int count) {
        Arrays.fill(sums, 0, bias.buckets() * lanes, 0);
        if (!exact) {
            return;
        }
        for (int column = 0; column < SIZE; column++) {
            keys[column] = (int) (bias.keyTimes()[start + Math.min(column, count - 1)] - origin);
        }
        for (int group = 0; group < groups; group++) {
            int earliest = Integer.MAX_VALUE;
            int latest = 0;
            for (int column = group * lanes; column < (group + 1) * lanes; column++) {
                earliest = Math.min(earliest, keys[column]);
                latest = Math.max(latest, keys[column]);
            }
            earliestKey[group] = earliest;
            latestKey[group] = latest;
        }
    }

    /** Measures the distances of {@code count} queries, from a global row on, to the first {@code width} of the tile's keys. */
    void measure(int start, int count, int keyStart, int keyCount, int width) {
        for (int row = 0; row < count; row++) {
            long time = bias.queryTimes()[start + row];
            if (exact) {
                queries[row] = (int) (time - origin);
                findRanges(queries[row], row, width);
            } else {
                queries[row] = 0;
                findBuckets(time, row, keyStart, keyCount, width);
            }
        }
    }

    private void findRanges(int query, int row, int width) {
        int bucket = 0;
        for (int group = 0; group * lanes < width; group++) {
            int before = query - earliestKey[group];
            int after = latestKey[group] - query;
            bucket = bucket(Math.max(before, after), bucket);
            highest[row * groups + group] = bucket;
            bucket = bucket(Math.max(0, Math.max(-before, -after)), bucket);
            lowest[row * groups + group] = bucket;
        }
    }

    /** The bucket of a distance; {@code near} is a guess, and mostly right, since times run on. */
    private int bucket(int distance, int near) {
        boolean reached = near == 0 || intBoundaries[near - 1] <= distance;
        if (reached && (near == bias.buckets() - 1 || distance < intBoundaries[near])) {
            return near;
        }
        int low = reached ? near + 1 : 0;
        int high = reached ? bias.buckets() - 1 : near - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (intBoundaries[middle] <= distance) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void findBuckets(long query, int row, int keyStart, int keyCount, int width) {
        Arrays.fill(lowest, row * groups, (row + 1) * groups, bias.buckets());
        Arrays.fill(highest, row * groups, (row + 1) * groups, 0);
        for (int column = 0; column < width; column++) {
            long key = bias.keyTimes()[keyStart + Math.min(column, keyCount - 1)];
            int bucket = bucket(query, key);
            int group = row * groups + column / lanes;
            keys[row * SIZE + column] = bucket;
            lowest[group] = Math.min(lowest[group], bucket);
            highest[group] = Math.max(highest[group], bucket);
        }
    }

    private int bucket(long query, long key) {
        long distance = query < key ? key - query : query - key;
        if (distance < 0) {
            return bias.buckets() - 1; // over 2^63, beyond every boundary
        }
        int low = 0;
        int high = bias.buckets() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bias.boundaries()[middle] <= distance) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Sets the measured tile's biases, those by position included: {@code reversed[offset - r + c]} and the one by time. */
    void bias(int rows, int width, float[] reversed, int offset, float[] tile) {
        int[] boundaries = exact ? intBoundaries : bucketNumbers;
        int stride = exact ? 0 : SIZE;
        tiles.positionAndTimeBias(
                rows, width, reversed, offset, queries, keys, stride, lowest, highest, boundaries, bias.time(), tile);
    }

    /** Adds the gradients of the measured tile's scores to the sums of the tile's keys. */
    void addGradient(int rows, int width, float[] gradients) {
        int[] boundaries = exact ? intBoundaries : bucketNumbers;
        int stride = exact ? 0 : SIZE;
        tiles.addTimeGradient(rows, width, queries, keys, stride, lowest, highest, boundaries, gradients, sums);
    }

    /**
     * Adds the sums of the tile's keys to those of the bin, {@code [T, lanes]} from {@code offset} on. Two levels of sums, because a
     * bucket gathers millions of small terms, which one float would swallow.
     */
    void flushGradient(float[] target, int offset) {
        for (int k = 0; k < bias.buckets() * lanes; k++) {
            target[offset + k] += sums[k];
        }
    }
}
