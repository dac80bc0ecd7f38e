package dev.lanner.hstu.model;

import dev.lanner.tensor.Tensor;

/**
 * What later rows need of a history's n events in one block.
 *
 * @param keys {@code [n, H * dqk]}
 * @param values {@code [n, H * dv]}
 * @param times I64 {@code [n]}, seconds
 */
public record KeyValues(Tensor keys, Tensor values, Tensor times) {}
