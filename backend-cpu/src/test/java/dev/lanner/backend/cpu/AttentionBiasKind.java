package dev.lanner.backend.cpu;

import java.util.Random;
import java.util.stream.LongStream;

/** Biases that tests draw: which terms there are, and times that try each way of finding a bucket. */
enum AttentionBiasKind {
    /** No term. */
    NONE,
    /** Positions only. */
    POSITION,
    /** Times only, five buckets. */
    TIME,
    /** Both; five buckets, and distances that hit the boundaries exactly. */
    ARTICLE,
    /** Both; 129 logarithmic buckets, queries one event later. */
    LOGARITHMIC,
    /** Both; times in any order, before 1970 too, and in 2^31 seconds of each other only just. */
    UNORDERED,
    /** Both; milliseconds, whose distances and boundaries are no ints. */
    MILLISECONDS,
    /** Both; any long, so that differences overflow. */
    OVERFLOWING;

    private static final long[] ARTICLE_BOUNDARIES = {3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600};

    /** Draws a bias for sequences at {@code offsets} of {@code rows}. */
    AttentionBias bias(Random random, int[] offsets, int rows, int maxLength) {
        if (this == NONE) {
            return AttentionBias.NONE;
        }
        float[] position = this == TIME ? null : table(random, 2 * maxLength - 1);
        if (this == POSITION) {
            return new AttentionBias(position, null, 0, null, null, null);
        }
        long[] boundaries = boundaries();
        long[] times = times(random, offsets, rows);
        long[] queryTimes = times.clone();
        if (this == LOGARITHMIC && rows > 0) {
            System.arraycopy(times, 1, queryTimes, 0, rows - 1);
        }
        float[] table = table(random, boundaries.length + 1);
        return new AttentionBias(position, table, boundaries.length + 1, boundaries, queryTimes, times);
    }

    private static float[] table(Random random, int size) {
        float[] values = new float[size];
        for (int k = 0; k < size; k++) {
            values[k] = (float) random.nextGaussian();
        }
        return values;
    }

    private long[] boundaries() {
        return switch (this) {
            case LOGARITHMIC ->
                LongStream.rangeClosed(1, 128)
                        .map(k -> (long) Math.ceil(Math.exp(0.301 * k)))
                        .toArray();
            case UNORDERED ->
                new long[] {-5, 0, 1, 1_000_000_000, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 1L << 31, 1L << 40};
            case MILLISECONDS -> new long[] {3_600_000, 24 * 3_600_000L, 7 * 24 * 3_600_000L, 30 * 24 * 3_600_000L};
            case OVERFLOWING -> new long[] {1, 1L << 40, Long.MAX_VALUE};
            default -> ARTICLE_BOUNDARIES;
        };
    }

    private long[] times(Random random, int[] offsets, int rows) {
        long[] times = new long[rows];
        for (int b = 0; b + 1 < offsets.length; b++) {
            long now = 956_703_932L + random.nextInt(1_000_000);
            for (int row = offsets[b]; row < offsets[b + 1]; row++) {
                now += step(random);
                times[row] = switch (this) {
                    case UNORDERED -> -12345 + (long) (random.nextDouble() * Integer.MAX_VALUE);
                    case MILLISECONDS -> now * 1000 + random.nextInt(1000);
                    case OVERFLOWING -> random.nextLong();
                    default -> now;
                };
            }
        }
        return times;
    }

    /** Mostly seconds, sometimes exactly a boundary or one less, sometimes months. */
    private static long step(Random random) {
        int kind = random.nextInt(12);
        if (kind < ARTICLE_BOUNDARIES.length) {
            return ARTICLE_BOUNDARIES[kind] - random.nextInt(2);
        }
        return kind == 11 ? random.nextInt(20_000_000) : random.nextInt(60);
    }
}
