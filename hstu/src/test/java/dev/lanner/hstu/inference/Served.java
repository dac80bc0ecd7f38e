package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
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

    /** Takes memory that scopes have released, of every size that these models have tables of. */
    static void overwriteWhatIsReleased() {
        try (Scope scope = Scope.open()) {
            for (int length = 1; length <= 4096; length++) {
                Tensor.full(DType.F32, Shape.of(length), Double.NaN);
            }
        }
    }

    /** The kinds of models that are served differently. */
    enum Kind {
        /** Fused input, attention by SiLU, candidates with states of their own. */
        ARTICLE,
        /** Ratings from the state after the last event. */
        LAST_STATE,
        /** Queries and values with widths of their own. */
        OWN_WIDTHS,
        /** Softmax in place of SiLU, ratings from the state after the last event. */
        SOFTMAX,
        /** Positions, query time, no ratings. */
        PAPER,
        /** The same with actions and gaps in the input. */
        FEATURES,
        /** Query time, a softmax and ratings. */
        QUERY_TIME_SOFTMAX,
        /** Positions without query time. */
        POSITION_ONLY,
        /** SASRec's blocks. */
        SASREC;

        /** Small settings of this kind. */
        HstuConfig config() {
            return config(LONGEST);
        }

        HstuConfig config(int longest) {
            HstuConfig config = switch (this) {
                case ARTICLE -> Served.config(6, 2, true);
                case LAST_STATE -> Served.config(16, 1, false);
                case OWN_WIDTHS ->
                    Served.config(8, 2, true).with("attention.queryWidth", 3).with("attention.valueWidth", 5);
                case SOFTMAX -> Served.config(6, 2, false).with("attention.activation", "SOFTMAX");
                case PAPER -> small("paper");
                case FEATURES -> small("paper").with("features.actions", true).with("features.queryGap", true);
                case QUERY_TIME_SOFTMAX ->
                    small("paper").with("attention.activation", "SOFTMAX").with("loss.ratingWeight", 0.3);
                case POSITION_ONLY -> small("position-only");
                case SASREC -> small("sasrec");
            };
            return config.with("maxLength", longest);
        }
    }

    private static HstuConfig small(String preset) {
        return HstuConfig.preset(preset)
                .with("preset", "test")
                .with("width", 6)
                .with("blocks", 3)
                .with("maxLength", LONGEST)
                .with("attention.heads", 2)
                .with("attention.queryWidth", 3)
                .with("attention.valueWidth", 4)
                .with("attention.divisor", LONGEST)
                .with("initial.items.scale", 0.5)
                .with("initial.projection.scale", 0.7);
    }

    static HstuConfig config(int width, int heads, boolean targetAware) {
        return HstuConfig.article()
                .with("preset", "test")
                .with("width", width)
                .with("blocks", 3)
                .with("maxLength", LONGEST)
                .with("attention.heads", heads)
                .with("attention.queryWidth", width / heads)
                .with("attention.valueWidth", width / heads)
                .with("attention.divisor", LONGEST)
                .with("loss.negatives", 5)
                .with("loss.temperature", 0.2)
                .with("loss.ratingWeight", 0.3)
                .with("loss.ratingTargetAware", targetAware)
                .with("initial.items.scale", 0.5)
                .with("initial.actions.scale", 0.7)
                .with("initial.input.scale", 1.5)
                .with("initial.projection.scale", 1.2);
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
