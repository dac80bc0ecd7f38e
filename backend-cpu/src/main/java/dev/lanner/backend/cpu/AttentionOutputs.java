package dev.lanner.backend.cpu;

/**
 * What a forward pass writes, and the backward pass of a softmax reads again.
 *
 * @param out {@code [N, H * valueWidth]}
 * @param statistics {@code [N, 2 H]}, of each row and head the largest score and behind those of all heads one over the sum of the
 *     exponentials; null without a softmax
 */
record AttentionOutputs(AttentionSlice out, AttentionSlice statistics) {}
