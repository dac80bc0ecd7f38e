package dev.lanner.tensor.functional;

import dev.lanner.tensor.Tensor;

/** What becomes of the scores of an attention before they weigh the values. */
public enum AttentionActivation {
    /** {@code silu(s)} of each score by itself: HSTU's pointwise aggregation. */
    SILU,
    /** {@code softmax(s / sqrt(dqk))} over what a row sees (Vaswani et al., 2017), dqk the width of a head's queries. */
    SOFTMAX;

    /** The weights of scores {@code [M, n]}, all of which are seen. */
    Tensor weights(Tensor scores, int keyWidth) {
        return switch (this) {
            case SILU -> scores.silu();
            case SOFTMAX -> Functional.softmax(scores.mul(1 / Math.sqrt(keyWidth)), 1);
        };
    }
}
