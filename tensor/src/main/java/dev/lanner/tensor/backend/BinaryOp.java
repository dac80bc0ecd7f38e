package dev.lanner.tensor.backend;

/** Functions of two elements of one dtype. Integer division cuts towards zero; MAXIMUM and MINIMUM pass NaN on. */
public enum BinaryOp {
    ADD,
    SUB,
    MUL,
    DIV,
    MAXIMUM,
    MINIMUM,
    /** a to the power of b, floating point only. */
    POW
}
