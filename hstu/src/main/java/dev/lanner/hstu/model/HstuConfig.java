package dev.lanner.hstu.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The shape of an HSTU model and of its losses.
 *
 * @param preset the name of the preset that it started from
 * @param width D, the width of the model
 * @param blocks how many HSTU blocks follow each other
 * @param heads H, attention heads; divides the width
 * @param maxLength L, the most recent events that count, and the constant divisor of the attention
 * @param dropout probability, in [0, 1)
 * @param layerNormEpsilon added to the variance in the gated transform
 * @param timeBoundaries seconds at which the time buckets of the relative attention bias begin, ascending; one bucket more than boundaries
 * @param negatives sampled for each position
 * @param temperature divides the cosine similarities
 * @param ratingWeight weight of the rating head's squared error beside the retrieval loss
 * @param ratingTargetAware whether ratings are predicted, in training and in serving, from the state of the rated item itself as a
 *     candidate behind the history; else from the state after the last event
 * @param itemStd standard deviation of the item embeddings at first
 * @param actionStd standard deviation of the action embeddings at first
 * @param inputGain factor on PyTorch's default initialisation of the input layer's first weight
 * @param projectionGain factor on PyTorch's default initialisation of the blocks' input projection
 */
public record HstuConfig(
        String preset,
        int width,
        int blocks,
        int heads,
        int maxLength,
        double dropout,
        double layerNormEpsilon,
        List<Long> timeBoundaries,
        int negatives,
        double temperature,
        double ratingWeight,
        boolean ratingTargetAware,
        double itemStd,
        double actionStd,
        double inputGain,
        double projectionGain) {
    private static final long HOUR = 3600;
    private static final long DAY = 24 * HOUR;

    /** Checks every value. */
    public HstuConfig {
        if (preset == null || timeBoundaries == null) {
            throw new IllegalArgumentException("config: preset and timeBoundaries must be there");
        }
        timeBoundaries = List.copyOf(timeBoundaries);
        List<String> wrong = new ArrayList<>();
        require(wrong, width >= 1, "width must be positive, found " + width);
        require(wrong, blocks >= 1, "blocks must be positive, found " + blocks);
        require(
                wrong,
                heads >= 1 && width % heads == 0,
                "heads must divide the width, found " + heads + " and " + width);
        require(wrong, maxLength >= 1, "maxLength must be positive, found " + maxLength);
        require(wrong, dropout >= 0 && dropout < 1, "dropout must be in [0, 1), found " + dropout);
        require(wrong, layerNormEpsilon > 0, "layerNormEpsilon must be positive, found " + layerNormEpsilon);
        require(wrong, negatives >= 1, "negatives must be positive, found " + negatives);
        require(wrong, temperature > 0, "temperature must be positive, found " + temperature);
        require(wrong, ratingWeight >= 0, "ratingWeight must not be negative, found " + ratingWeight);
        require(wrong, itemStd > 0, "itemStd must be positive, found " + itemStd);
        require(wrong, actionStd > 0, "actionStd must be positive, found " + actionStd);
        require(wrong, inputGain > 0, "inputGain must be positive, found " + inputGain);
        require(wrong, projectionGain > 0, "projectionGain must be positive, found " + projectionGain);
        for (int i = 0; i < timeBoundaries.size(); i++) {
            long least = i == 0 ? 0 : timeBoundaries.get(i - 1);
            require(
                    wrong,
                    timeBoundaries.get(i) > least,
                    "timeBoundaries must ascend from above 0, found " + timeBoundaries);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("config: " + String.join("; ", wrong));
        }
    }

    private static void require(List<String> wrong, boolean holds, String rule) {
        if (!holds) {
            wrong.add(rule);
        }
    }

    /**
     * The model of the walkthrough "HSTU From Scratch in PyTorch": fused item and action input, two blocks of one head, five time
     * buckets. The scales at the start are our choice (docs/decisions/005-initial-scales.md), the equations are the article's.
     */
    public static HstuConfig article() {
        return new HstuConfig(
                "article",
                64,
                2,
                1,
                200,
                0.2,
                1e-5,
                List.of(HOUR, DAY, 7 * DAY, 30 * DAY),
                128,
                0.05,
                0.1,
                false,
                0.1,
                0.1,
                14,
                3);
    }

    /** The same settings with another way of predicting ratings. */
    public HstuConfig withRatingTargetAware(boolean other) {
        return new HstuConfig(
                preset,
                width,
                blocks,
                heads,
                maxLength,
                dropout,
                layerNormEpsilon,
                timeBoundaries,
                negatives,
                temperature,
                ratingWeight,
                other,
                itemStd,
                actionStd,
                inputGain,
                projectionGain);
    }

    /** The same settings for histories of another length, which is the attention's divisor too. */
    public HstuConfig withMaxLength(int other) {
        return new HstuConfig(
                preset,
                width,
                blocks,
                heads,
                other,
                dropout,
                layerNormEpsilon,
                timeBoundaries,
                negatives,
                temperature,
                ratingWeight,
                ratingTargetAware,
                itemStd,
                actionStd,
                inputGain,
                projectionGain);
    }

    /**
     * A preset by its name.
     *
     * @throws IllegalArgumentException naming the presets that there are
     */
    public static HstuConfig preset(String name) {
        Map<String, HstuConfig> presets = Map.of("article", article());
        HstuConfig found = presets.get(name);
        if (found == null) {
            throw new IllegalArgumentException("preset " + name + " is not there; presets: " + presets.keySet());
        }
        return found;
    }
}
