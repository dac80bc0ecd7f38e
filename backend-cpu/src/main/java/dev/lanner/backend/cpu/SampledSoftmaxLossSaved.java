package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.View;

/**
 * What the forward pass of {@link SampledSoftmaxLossKernel} keeps.
 *
 * @param coefficients gradient of each row's loss times the temperature by its cosines {@code [N, K+1]}, target first
 * @param stateGradients the same by h, {@code [N, D]}
 * @param inverses inverse norms of h, one row {@code [N]}
 * @param table normalised table {@code [R, P]}, zeros behind a row's own elements
 * @param tableInverses inverse norms of the table, one row {@code [R]}
 */
record SampledSoftmaxLossSaved(Rows coefficients, Rows stateGradients, Rows inverses, Rows table, Rows tableInverses) {
    /** What lies behind the loss in the outputs. */
    static SampledSoftmaxLossSaved of(View... outputs) {
        return new SampledSoftmaxLossSaved(
                Rows.of(outputs[1]),
                Rows.of(outputs[2]),
                Rows.flat(outputs[3]),
                Rows.of(outputs[4]),
                Rows.flat(outputs[5]));
    }
}
