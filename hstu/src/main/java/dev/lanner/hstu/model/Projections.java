package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/**
 * The pointwise projections of a block, {@code [K, Q, V, U] = silu(W_in x + b_in)}.
 *
 * @param keys K, {@code [N, H * dqk]}
 * @param queries Q, {@code [N, H * dqk]}
 * @param values V, {@code [N, H * dv]}
 * @param gates U, {@code [N, H * dv]}
 */
public record Projections(Tensor keys, Tensor queries, Tensor values, Tensor gates) {}
