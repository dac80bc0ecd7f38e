package dev.lanner.backend.cpu;

import java.util.Arrays;

/** The result of a product, {@code [m, n]} from {@code offset} on, its columns adjacent, and the factor beta of what it held. */
record GemmResult(float[] values, int offset, int rowStride, float beta) {
    /** Returns the index of an element. */
    int at(int row, int column) {
        return offset + row * rowStride + column;
    }

    /** Multiplies a block by beta; if that is 0, the block is not read. */
    void scale(int rowStart, int rowEnd, int columnStart, int columnEnd) {
        for (int row = rowStart; row < rowEnd; row++) {
            int start = at(row, columnStart);
            int end = at(row, columnEnd);
            if (beta == 0) {
                Arrays.fill(values, start, end, 0);
                continue;
            }
            for (int i = start; i < end; i++) {
                values[i] *= beta;
            }
        }
    }
}
