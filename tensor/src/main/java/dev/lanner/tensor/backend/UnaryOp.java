package dev.lanner.tensor.backend;

/** Functions of one element, on floating point dtypes; NEG, ABS, SQUARE, SIGN and RELU on integers too. */
public enum UnaryOp {
    NEG,
    ABS,
    /** -1, 0 or 1; NaN stays NaN. */
    SIGN,
    EXP,
    LOG,
    SQRT,
    SQUARE,
    RECIPROCAL,
    TANH,
    SIGMOID,
    /** x * sigmoid(x). */
    SILU,
    /** max(x, 0). */
    RELU,
    /** The error function; GELU is made of it. */
    ERF;

    /** Whether the function is defined on integer dtypes. */
    public boolean takesIntegers() {
        return this == NEG || this == ABS || this == SQUARE || this == SIGN || this == RELU;
    }
}
