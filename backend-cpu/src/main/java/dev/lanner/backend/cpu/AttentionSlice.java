package dev.lanner.backend.cpu;

/**
 * Rows inside an array: element {@code (row, column)} lies at {@code offset + row * rowStride + column}. The queries, keys, values and
 * gates of one projection are four slices of the same {@code [N, 4D]} array.
 *
 * @param values the array, not copied
 * @param offset position of element (0, 0)
 * @param rowStride distance between rows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttentionSlice(float[] values, int offset, int rowStride) {
    /** Position of a row's element in a column. */
    int at(int row, int column) {
        return offset + row * rowStride + column;
    }
}
