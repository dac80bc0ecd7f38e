package dev.lanner.benchmarks;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Training batches as MovieLens-1M gives them, drawn from a seed. */
public final class Workload {
    /** B. */
    public static final int SEQUENCES = 128;
    /** V of MovieLens-1M. */
    public static final int ITEMS = 3706;

    private static final int SHORTEST = 18;
    /** Longer histories are cut to the model's maximum length, as most of MovieLens-1M's heavy users are. */
    private static final int LONGEST = 900;

    private static final long START = 978_300_000;

    private Workload() {}

    /** The preset {@code article} with eight blocks of two heads. */
    public static HstuConfig eightLayers() {
        HstuConfig article = HstuConfig.article();
        return article.with("preset", "8-layers")
                .with("blocks", 8)
                .with("attention.heads", 2)
                .with("attention.queryWidth", article.width() / 2)
                .with("attention.valueWidth", article.width() / 2);
    }

    /** The standard batch: 128 histories of 18 to 200 events, 15,796 events in all. */
    public static JaggedBatch batch() {
        return batch(SEQUENCES, HstuConfig.article().maxLength(), ITEMS);
    }

    /**
     * A batch of another size; every event has a target.
     *
     * @param sequences B
     * @param maxLength L, to which longer histories are cut
     * @param itemCount V
     */
    public static JaggedBatch batch(int sequences, int maxLength, int itemCount) {
        int[] lengths = new int[sequences];
        for (int b = 0; b < sequences; b++) {
            lengths[b] = Math.min(maxLength, length(b, sequences));
        }
        return histories(lengths, itemCount);
    }

    /**
     * Interactions of as many users; their histories are as long as {@link #batch(int, int, int)} has them before they are cut.
     *
     * @param users at least 1
     */
    static Interactions interactions(int users) {
        Interactions.Builder events = new Interactions.Builder();
        SplittableRandom random = new SplittableRandom(2);
        for (int user = 1; user <= users; user++) {
            long time = START;
            int length = length(user - 1, users);
            for (int i = 0; i < length; i++) {
                time += random.nextInt(120);
                events.add(user, random.nextInt(1, ITEMS + 1), random.nextInt(1, 6), time);
            }
        }
        return events.build();
    }

    /** The length of the history of one of several: the logarithms are spread evenly. */
    private static int length(int history, int histories) {
        double quantile = (history + 0.5) / histories;
        return (int) Math.round(SHORTEST * Math.pow((double) LONGEST / SHORTEST, quantile));
    }

    /** A batch of histories that are all of one length. */
    static JaggedBatch histories(int count, int events) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, events);
        return histories(lengths, ITEMS);
    }

    /** A batch of histories of these lengths; every event has a target. */
    static JaggedBatch histories(int[] lengths, int itemCount) {
        int[] offsets = new int[lengths.length + 1];
        for (int b = 0; b < lengths.length; b++) {
            offsets[b + 1] = offsets[b] + lengths[b];
        }
        int rows = offsets[lengths.length];
        SplittableRandom random = new SplittableRandom(1);
        int[] items = new int[rows];
        int[] actions = new int[rows];
        long[] times = new long[rows];
        int[] targets = new int[rows];
        float[] ratings = new float[rows];
        long[] targetTimes = new long[rows];
        for (int b = 0; b < lengths.length; b++) {
            long time = START;
            for (int i = offsets[b]; i < offsets[b + 1]; i++) {
                items[i] = random.nextInt(1, itemCount + 1);
                actions[i] = random.nextInt(1, 4);
                times[i] = time;
                time += random.nextInt(20) == 0 ? random.nextInt(3_000_000) : random.nextInt(120);
                targets[i] = random.nextInt(1, itemCount + 1);
                ratings[i] = random.nextInt(1, 6);
                targetTimes[i] = time;
            }
        }
        int[] users = new int[lengths.length];
        Arrays.setAll(users, b -> b);
        return new JaggedBatch(users, offsets, items, actions, times, targets, ratings, targetTimes);
    }
}
