package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small models, histories, and what serving must equal. */
final class Served {
    static final int ITEMS = 41;
    static final int LONGEST = 9;
    private static final long START = 978_300_000L;

    private Served() {}

    static HstuConfig config(int width, int heads, boolean targetAware) {
        HstuConfig article = HstuConfig.article();
        return new HstuConfig(
                "test",
                width,
                3,
                heads,
                LONGEST,
                0.2,
                1e-5,
                article.timeBoundaries(),
                5,
                0.2,
                0.3,
                targetAware,
                0.5,
                0.7,
                1.5,
                1.2);
    }

    /** A model whose bias tables are not zero, as they are at first. */
    static HstuModel model(HstuConfig config, long seed) {
        HstuModel model = new HstuModel(config, ITEMS, seed);
        model.namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("_bias")) {
                RandomKey key = new RandomKey(seed, 9, name.hashCode());
                parameter.assign(
                        parameter.detach().add(Tensor.uniform(key, -1, 1, parameter.dtype(), parameter.shape())));
            }
        });
        model.eval();
        return model;
    }

    static History history(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] items = random.ints(length, 1, ITEMS + 1).toArray();
        int[] actions = random.ints(length, 1, 4).toArray();
        long[] times = new long[length];
        long time = START;
        for (int i = 0; i < length; i++) {
            times[i] = time;
            time += random.nextBoolean() ? random.nextInt(300) : random.nextInt(2_000_000);
        }
        return new History(items, actions, times);
    }

    /** The first events of a history. */
    static History first(History history, int count) {
        return new History(
                Arrays.copyOf(history.items(), count),
                Arrays.copyOf(history.actions(), count),
                Arrays.copyOf(history.times(), count));
    }

    static int[] catalogue() {
        return IntStream.rangeClosed(1, ITEMS).toArray();
    }

    /** Ratings by one full forward pass of history and candidate for each candidate. */
    static float[] fullForward(HstuModel model, History history, long time, int... candidates) {
        try (Scope scope = Scope.open()) {
            int n = history.length() + 1;
            int m = candidates.length;
            int[] offsets = new int[m + 1];
            int[] last = new int[m];
            int[] items = new int[m * n];
            int[] actions = new int[m * n];
            long[] times = new long[m * n];
            for (int c = 0; c < m; c++) {
                offsets[c + 1] = (c + 1) * n;
                last[c] = offsets[c + 1] - 1;
                System.arraycopy(history.items(), 0, items, c * n, n - 1);
                System.arraycopy(history.actions(), 0, actions, c * n, n - 1);
                System.arraycopy(history.times(), 0, times, c * n, n - 1);
                items[last[c]] = candidates[c];
                times[last[c]] = time;
            }
            Sequences sequences = new Sequences(
                    Tensor.of(offsets, m + 1),
                    Tensor.of(items, m * n),
                    Tensor.of(actions, m * n),
                    Tensor.of(times, m * n));
            Tensor whole =
                    n <= model.config().maxLength() ? model.encode(sequences) : model.encodeWithCandidates(sequences);
            Tensor states = whole.gatherRows(Tensor.of(last, m));
            return model.ratings(states, Tensor.of(candidates, m)).toFloats();
        }
    }

    static int[] shuffled(long seed, int... items) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = items.clone();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }
}
