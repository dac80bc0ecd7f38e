package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.View;

/**
 * The operands and results of a linear layer. Results are cut into parts of their columns, one behind the other; row i of part p is
 * row {@code p rows + i} of them.
 *
 * @param x {@code [rows, in]}
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}
 * @param added what is added to the result {@code [rows, out]}, or null
 * @param product {@code x W^T}: the result itself where it is not needed any more
 * @param y the result
 * @param rows N
 * @param in K
 * @param out M
 * @param parts P, divides M
 */
record LinearOperands(
        Rows x, Rows weight, Rows bias, Rows added, Rows product, Rows y, int rows, int in, int out, int parts) {
    static LinearOperands of(View[] inputs, View[] outputs, int parts) {
        Rows y = Rows.of(outputs[0]);
        return new LinearOperands(
                Rows.of(inputs[0]),
                Rows.of(inputs[1]),
                Rows.flat(inputs[2]),
                inputs.length > 3 ? Rows.of(inputs[3]) : null,
                outputs.length > 1 ? Rows.of(outputs[1]) : y,
                y,
                inputs[0].shape().size(0),
                inputs[0].shape().size(1),
                inputs[1].shape().size(0),
                parts);
    }

    /** Columns of a part. */
    int width() {
        return out / parts;
    }

    /** The number of a part's row in the product and in the result. */
    int row(int part, int row) {
        return part * rows + row;
    }

    /** Where a part's biases begin. */
    int biasAt(int part) {
        return bias.offset() + part * width();
    }
}
