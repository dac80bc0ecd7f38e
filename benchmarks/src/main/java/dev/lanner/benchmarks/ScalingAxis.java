package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import java.util.ArrayList;
import java.util.List;

/** What grows while all else stays as the preset {@code article} has it. */
enum ScalingAxis {
    /** The events of each history, in batches of as many rows. */
    HISTORY("events of each history, 16,384 rows in all"),
    /** The events of one history alone. */
    SINGLE("events of one history"),
    /** D. */
    WIDTH("width D"),
    /** Blocks. */
    LAYERS("layers"),
    /** CPU threads. */
    THREADS("threads");

    private static final HstuConfig ARTICLE = HstuConfig.article();

    /**
     * A point of an axis.
     *
     * @param x what grows
     * @param threads of the backend
     */
    record Case(int x, HstuConfig config, JaggedBatch batch, int threads) {
        /** The preset and the batch of MovieLens-1M's lengths, as they are. */
        static Case base(int x, int threads) {
            return new Case(x, ARTICLE, Workload.batch(), threads);
        }
    }

    private final String label;

    ScalingAxis(String label) {
        this.label = label;
    }

    /** What it is, with its unit. */
    String label() {
        return label;
    }

    /** Its points in ascending order, on at most this many threads. */
    List<Case> cases(int threads) {
        List<Case> cases = new ArrayList<>();
        for (int x : values(threads)) {
            cases.add(
                    switch (this) {
                        case HISTORY -> histories(x, KernelBenchmark.ROWS / x, threads);
                        case SINGLE -> histories(x, 1, threads);
                        case WIDTH ->
                            new Case(x, article(x, ARTICLE.blocks(), ARTICLE.maxLength()), Workload.batch(), threads);
                        case LAYERS ->
                            new Case(x, article(ARTICLE.width(), x, ARTICLE.maxLength()), Workload.batch(), threads);
                        case THREADS -> Case.base(x, x);
                    });
        }
        return cases;
    }

    private List<Integer> values(int threads) {
        return switch (this) {
            case HISTORY -> List.of(32, 64, 128, 256, 512, 1024, 2048);
            case SINGLE -> List.of(128, 256, 512, 1024, 2048, 4096, 8192);
            case WIDTH -> List.of(32, 64, 128, 256);
            case LAYERS -> List.of(1, 2, 4, 8);
            case THREADS -> powersOfTwo(threads);
        };
    }

    private static Case histories(int events, int count, int threads) {
        HstuConfig config = article(ARTICLE.width(), ARTICLE.blocks(), events);
        return new Case(events, config, Workload.histories(count, events), threads);
    }

    /** 1, 2, 4 and so on, and the largest itself. */
    private static List<Integer> powersOfTwo(int largest) {
        List<Integer> powers = new ArrayList<>();
        for (int power = 1; power < largest; power *= 2) {
            powers.add(power);
        }
        powers.add(largest);
        return powers;
    }

    /** The preset with another shape. */
    static HstuConfig article(int width, int blocks, int maxLength) {
        return new HstuConfig(
                ARTICLE.preset(),
                width,
                blocks,
                ARTICLE.heads(),
                maxLength,
                ARTICLE.dropout(),
                ARTICLE.layerNormEpsilon(),
                ARTICLE.timeBoundaries(),
                ARTICLE.negatives(),
                ARTICLE.temperature(),
                ARTICLE.ratingWeight(),
                ARTICLE.ratingTargetAware(),
                ARTICLE.itemStd(),
                ARTICLE.actionStd(),
                ARTICLE.inputGain(),
                ARTICLE.projectionGain());
    }
}
