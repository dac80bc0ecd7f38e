package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/**
 * What a block makes of rows before its attention; in an HSTU block {@code [K, Q, V, U] = silu(W_in x + b_in)}.
 *
 * @param keys K, {@code [N, H * dqk]}
 * @param queries Q, {@code [N, H * dqk]}
 * @param values V, {@code [N, H * dv]}
 * @param beside what goes past the attention and is joined with its output: U {@code [N, H * dv]}, in a SASRec block {@code LN(x)}
 *     {@code [N, D]}
 */
public record Projections(Tensor keys, Tensor queries, Tensor values, Tensor beside) {}
