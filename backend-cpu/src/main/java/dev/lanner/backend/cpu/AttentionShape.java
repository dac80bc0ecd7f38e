package dev.lanner.backend.cpu;

import dev.lanner.tensor.functional.AttentionActivation;

/**
 * Sizes of a jagged attention.
 *
 * @param rows packed rows, N
 * @param sequences sequences, B
 * @param heads heads, H; head h owns the columns {@code [h * width, (h + 1) * width)} of its operand
 * @param queryWidth width of a head's queries and keys
 * @param valueWidth width of a head's values
 * @param maxLength no sequence is longer, L
 * @param divisor what the sums over a row are divided by
 * @param activation what becomes of the scores
 */
record AttentionShape(
        int rows,
        int sequences,
        int heads,
        int queryWidth,
        int valueWidth,
        int maxLength,
        float divisor,
        AttentionActivation activation) {
    /** Whether a row's scores become a softmax. */
    boolean isSoftmax() {
        return activation == AttentionActivation.SOFTMAX;
    }

    /** What scores are multiplied with before a softmax. */
    float softmaxFactor() {
        return (float) (1 / Math.sqrt(queryWidth));
    }
}
