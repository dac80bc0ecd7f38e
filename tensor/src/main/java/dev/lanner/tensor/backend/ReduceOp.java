package dev.lanner.tensor.backend;

/** Ways to make one element of many. The sum of nothing is 0; MAX and MIN need at least one element and pass NaN on. */
public enum ReduceOp {
    SUM,
    MAX,
    MIN
}
