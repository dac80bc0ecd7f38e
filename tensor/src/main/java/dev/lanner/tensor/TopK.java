package dev.lanner.tensor;

/**
 * The k largest elements of each row.
 *
 * @param values in descending order, {@code [..., k]}
 * @param indices their positions along the last axis, I32 {@code [..., k]}; of equal elements the first comes first
 */
public record TopK(Tensor values, Tensor indices) {}
