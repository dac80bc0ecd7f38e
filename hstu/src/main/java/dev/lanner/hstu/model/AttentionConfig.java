package dev.lanner.hstu.model;

import dev.lanner.tensor.functional.AttentionActivation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Attention and its relative bias.
 *
 * @param heads H
 * @param queryWidth of a head's queries and keys, dqk
 * @param valueWidth of a head's values, dv
 * @param activation what becomes of the scores
 * @param divisor the constant that sums of SILU are divided by, the article's and the paper's L; a softmax needs none
 * @param bias the terms of the relative attention bias
 * @param timeBoundaries seconds at which the time buckets of the bias begin, ascending; one bucket more than boundaries, and a bucket
 *     between two equal boundaries has no time in it
 * @param queryTime whether a row asks with the time of the event to come, {@code bucket(|t_(i+1) - t_j|)}, and the last row with that
 *     of the request; else with its own
 */
public record AttentionConfig(
        int heads,
        int queryWidth,
        int valueWidth,
        AttentionActivation activation,
        double divisor,
        RelativeBias bias,
        List<Long> timeBoundaries,
        boolean queryTime) {
    private static final long HOUR = 3600;
    private static final long DAY = 24 * HOUR;

    /** The article's five time buckets: up to 1 hour, 1 day, 7 days, 30 days, and beyond. */
    static final List<Long> ARTICLE_BOUNDARIES = List.of(HOUR, DAY, 7 * DAY, 30 * DAY);

    private static final double LOGARITHMIC_STEP = 0.301;
    private static final int LOGARITHMIC_BOUNDARIES = 128;

    /** Takes a copy of the list. */
    public AttentionConfig {
        if (timeBoundaries != null && timeBoundaries.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("attention: timeBoundaries must be numbers, found " + timeBoundaries);
        }
        timeBoundaries = timeBoundaries == null ? null : List.copyOf(timeBoundaries);
    }

    /**
     * The paper's 129 time buckets, {@code clamp(floor(ln(max(1, d)) / 0.301), 0, 128)}: bucket k begins at the first whole second
     * that is at least {@code e^(0.301 k)}, exact up to 2^40 seconds, which doubles tell apart. Bucket 1 has none: it ends at 1.83.
     */
    static List<Long> logarithmicBoundaries() {
        List<Long> boundaries = new ArrayList<>();
        for (int k = 1; k <= LOGARITHMIC_BOUNDARIES; k++) {
            boundaries.add((long) Math.ceil(StrictMath.exp(LOGARITHMIC_STEP * k)));
        }
        return boundaries;
    }

    void check(List<String> wrong) {
        Rules.require(wrong, heads >= 1, "attention.heads must be positive, found " + heads);
        Rules.require(
                wrong,
                queryWidth >= 1 && valueWidth >= 1,
                "attention.queryWidth and attention.valueWidth must be positive, found " + queryWidth + " and "
                        + valueWidth);
        Rules.require(wrong, divisor > 0, "attention.divisor must be positive, found " + divisor);
        boolean complete = activation != null && bias != null && timeBoundaries != null;
        Rules.require(
                wrong, complete, "attention.activation, attention.bias and attention.timeBoundaries must be there");
        for (int i = 0; complete && i < timeBoundaries.size(); i++) {
            long least = i == 0 ? 1 : timeBoundaries.get(i - 1);
            Rules.require(
                    wrong,
                    timeBoundaries.get(i) >= least,
                    "attention.timeBoundaries must ascend from above 0, found " + timeBoundaries);
        }
        Rules.require(
                wrong,
                !complete || !queryTime || bias.time(),
                "attention.queryTime needs a bias by time, found " + bias);
    }
}
