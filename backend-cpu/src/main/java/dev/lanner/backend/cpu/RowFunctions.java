package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;

/**
 * What the compiler does not vectorise by itself, on rows of adjacent floats: elementary functions, and reductions. {@link
 * SimdRowFunctions} and {@link ScalarRowFunctions} are twins; the second runs where {@code jdk.incubator.vector} is missing.
 */
interface RowFunctions {
    /** The twin for this JVM. */
    static RowFunctions choose() {
        return SimdSupport.available() ? new SimdRowFunctions() : new ScalarRowFunctions();
    }

    /** {@code out = op(x)} on n adjacent elements; both may be the same. */
    void unary(UnaryOp op, float[] x, int xo, float[] out, int oo, int n);

    /** Reduces n adjacent elements, n at least 1 but for SUM; in a fixed order. */
    float reduce(ReduceOp op, float[] x, int xo, int n);
}
