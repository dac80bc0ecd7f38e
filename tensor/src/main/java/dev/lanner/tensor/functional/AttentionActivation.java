package dev.lanner.tensor.functional;

/** What becomes of the scores of an attention before they weigh the values. */
public enum AttentionActivation {
    /** {@code silu(s)} of each score by itself: HSTU's pointwise aggregation. */
    SILU,
    /** {@code softmax(s / sqrt(dqk))} over what a row sees (Vaswani et al., 2017), dqk the width of a head's queries. */
    SOFTMAX
}
