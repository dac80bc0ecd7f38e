package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.View;

/**
 * Rows inside an array: element {@code (row, column)} lies at {@code offset + row * rowStride + column}. For example the
 * columns of one head in the {@code [N, H * width]} matrix of the queries.
 *
 * @param values the array, not copied
 * @param offset position of element (0, 0)
 * @param rowStride distance between rows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttentionSlice(float[] values, int offset, int rowStride) {
    /** The rows of a matrix. */
    static AttentionSlice of(View view) {
        Rows rows = Rows.of(view);
        return new AttentionSlice(rows.values(), rows.offset(), rows.stride());
    }

    /** Position of a row's element in a column. */
    int at(int row, int column) {
        return offset + row * rowStride + column;
    }

    /** The columns from one on: those of a head alone. */
    AttentionSlice from(int column) {
        return new AttentionSlice(values, at(0, column), rowStride);
    }
}
