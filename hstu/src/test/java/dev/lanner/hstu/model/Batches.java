package dev.lanner.hstu.model;

import dev.lanner.hstu.data.JaggedBatch;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Random batches and small settings for tests of the model. */
public final class Batches {
    public static final int ITEMS = 30;
    private static final long START = 978_300_000L;

    private Batches() {}

    /** A small model with every part that the preset {@code article} has. */
    public static HstuConfig config(double dropout) {
        HstuConfig article = HstuConfig.article();
        return new HstuConfig(
                "test", 6, 2, 2, 9, dropout, 1e-5, article.timeBoundaries(), 5, 0.2, 0.3, 0.5, 0.7, 1.5, 1.2);
    }

    /** Sequences of these lengths with random events; every row has a target. */
    public static JaggedBatch random(long seed, int... lengths) {
        SplittableRandom random = new SplittableRandom(seed);
        int rows = Arrays.stream(lengths).sum();
        int[] offsets = new int[lengths.length + 1];
        int[] users = new int[lengths.length];
        int[] items = new int[rows];
        int[] actions = new int[rows];
        long[] times = new long[rows];
        int[] targets = new int[rows];
        float[] ratings = new float[rows];
        for (int b = 0; b < lengths.length; b++) {
            users[b] = b;
            offsets[b + 1] = offsets[b] + lengths[b];
            long time = START;
            for (int i = offsets[b]; i < offsets[b + 1]; i++) {
                items[i] = random.nextInt(1, ITEMS + 1);
                actions[i] = random.nextInt(1, 4);
                times[i] = time;
                time += random.nextBoolean() ? random.nextInt(300) : random.nextInt(2_000_000);
                targets[i] = random.nextInt(1, ITEMS + 1);
                ratings[i] = random.nextInt(1, 6);
            }
        }
        return new JaggedBatch(users, offsets, items, actions, times, targets, ratings, times.clone());
    }

    /** One sequence of a batch, alone. */
    static JaggedBatch only(JaggedBatch batch, int sequence) {
        int from = batch.offsets()[sequence];
        int to = batch.offsets()[sequence + 1];
        return new JaggedBatch(
                new int[] {sequence},
                new int[] {0, to - from},
                Arrays.copyOfRange(batch.items(), from, to),
                Arrays.copyOfRange(batch.actions(), from, to),
                Arrays.copyOfRange(batch.timestamps(), from, to),
                Arrays.copyOfRange(batch.targetItems(), from, to),
                Arrays.copyOfRange(batch.targetRatings(), from, to),
                Arrays.copyOfRange(batch.targetTimestamps(), from, to));
    }
}
