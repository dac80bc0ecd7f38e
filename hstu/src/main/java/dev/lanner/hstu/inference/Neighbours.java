package dev.lanner.hstu.inference;

/**
 * Items by their cosine with a state, in descending order.
 *
 * @param items {@code [k]}, 1..V; an approximate index may give fewer
 * @param scores as many, cosines
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Neighbours(int[] items, float[] scores) {}
