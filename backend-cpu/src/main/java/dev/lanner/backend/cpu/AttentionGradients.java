package dev.lanner.backend.cpu;

/**
 * Where the gradients of a jagged attention are written; each is null where it is not wanted. They are overwritten, and must not
 * overlap the operands nor each other; slices of one array may interleave by columns.
 *
 * @param queries {@code [N, H * queryWidth]}
 * @param keys {@code [N, H * queryWidth]}
 * @param values {@code [N, H * valueWidth]}
 * @param position {@code [2L - 1]}; null where there is no position bias
 * @param time {@code [T]}; null where there is no time bias
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttentionGradients(
        AttentionSlice queries, AttentionSlice keys, AttentionSlice values, float[] position, float[] time) {}
