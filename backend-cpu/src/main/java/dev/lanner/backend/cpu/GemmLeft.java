package dev.lanner.backend.cpu;

/** The left operand of a product, {@code [m, k]} from {@code offset} on, with any strides. */
record GemmLeft(float[] values, int offset, int rowStride, int columnStride) {
    /** Returns the index of an element. */
    int at(int row, int column) {
        return offset + row * rowStride + column * columnStride;
    }

    /** The operand from a column on. */
    GemmLeft from(int column) {
        return new GemmLeft(values, at(0, column), rowStride, columnStride);
    }
}
