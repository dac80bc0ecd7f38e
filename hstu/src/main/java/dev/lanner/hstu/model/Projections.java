package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/**
 * The pointwise projections of a block, {@code [K, Q, V, U] = silu(W_in x + b_in)}, each {@code [N, D]}.
 *
 * @param keys K
 * @param queries Q
 * @param values V
 * @param gates U
 */
public record Projections(Tensor keys, Tensor queries, Tensor values, Tensor gates) {}
