package dev.lanner.backend.cpu;

/**
 * Operands of a jagged attention. Shapes were checked by whoever made this.
 *
 * @param shape sizes
 * @param offsets {@code [B + 1]}, ascending from 0: sequence b owns the rows {@code [offsets[b], offsets[b + 1])}; rows from
 *     {@code offsets[B]} on belong to no sequence
 * @param queries {@code [N, H * queryWidth]}
 * @param keys {@code [N, H * queryWidth]}
 * @param values {@code [N, H * valueWidth]}
 * @param bias what is added to the scores
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttentionInputs(
        AttentionShape shape,
        int[] offsets,
        AttentionSlice queries,
        AttentionSlice keys,
        AttentionSlice values,
        AttentionBias bias) {}
