package dev.lanner.tensor.backend;

/** Distributions to draw from, each with two parameters a and b. */
public enum RandomOp {
    /** Floating point, uniform in [a, b). */
    UNIFORM,
    /** Floating point, normal with mean a and standard deviation b. */
    NORMAL,
    /** Floating point, normal with mean a and standard deviation b, drawn again where further than two deviations from a. */
    TRUNCATED_NORMAL,
    /** I32, uniform in [a, b). */
    UNIFORM_INT,
    /** Floating point, 0 with probability a, else 1 / (1 - a): the factor of dropout; b is not used. */
    DROPOUT_MASK
}
