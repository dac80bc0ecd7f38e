package dev.lanner.tensor.backend;

/** Comparisons of two elements of one dtype; the result is 1 or 0. Any comparison with NaN but NOT_EQUAL is 0. */
public enum CompareOp {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL
}
