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
        return sized(HstuConfig.article(), dropout);
    }

    /** A preset in a small size; its initial values are so large that every part says something. */
    public static HstuConfig sized(HstuConfig preset, double dropout) {
        return preset.with("preset", "test")
                .with("width", 6)
                .with("maxLength", 9)
                .with("dropout", dropout)
                .with("attention.heads", 2)
                .with("attention.queryWidth", 3)
                .with("attention.valueWidth", 3)
                .with("attention.divisor", 9)
                .with("loss.negatives", preset.loss().negatives() == 0 ? 0 : 5)
                .with("loss.temperature", 0.2)
                .with("loss.ratingWeight", preset.loss().ratingWeight() == 0 ? 0 : 0.3)
                .with("initial.items.scale", 0.5)
                .with("initial.actions.scale", 0.7)
                .with("initial.input.scale", 1.5)
                .with("initial.projection.scale", 1.2);
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
