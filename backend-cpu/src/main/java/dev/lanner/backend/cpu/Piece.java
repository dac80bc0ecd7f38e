package dev.lanner.backend.cpu;

/**
 * A part of an operand's row as kernels want it: adjacent elements, or one number that stands for all. Elements that are neither are
 * packed, before the kernel runs or, for a result, unpacked after it.
 *
 * @param values the operand's array, or a packed copy
 * @param offset position of the first element
 * @param step distance between elements: 1, or 0 for one number, of which there are then {@link #COPIES}
 */
record Piece(float[] values, int offset, int step) {
    /** The most elements that are packed at a time: all operands of a kernel stay in the first-level cache. */
    static final int PACKED = 1024;
    /** Copies of a number that stands for all, so that kernels load it like a vector: lanes of the widest. */
    static final int COPIES = 16;

    /** The most elements of a piece of operands with these strides. */
    static int limit(LoopNest nest) {
        for (int operand = 0; operand < nest.operands(); operand++) {
            int stride = nest.stride(operand);
            if (stride != 0 && stride != 1) {
                return PACKED;
            }
        }
        return Integer.MAX_VALUE;
    }

    /**
     * The part of an operand to read, {@code n} elements from {@code start} on.
     *
     * @param kernels the kernels that it is for
     * @param slot the buffer of {@code scratch} to pack into
     */
    static Piece source(
            ElementKernels kernels, float[] values, int start, int stride, int n, Scratch scratch, int slot) {
        if (stride == 1) {
            return new Piece(values, start, 1);
        }
        float[] packed = scratch.floats(slot, PACKED);
        if (stride == 0) {
            kernels.repeat(values[start], packed);
            return new Piece(packed, 0, 0);
        }
        for (int i = 0; i < n; i++) {
            packed[i] = values[start + i * stride];
        }
        return new Piece(packed, 0, 1);
    }

    /** The part of an operand to write; {@link #putTo} ends it. */
    static Piece target(float[] values, int start, int stride, Scratch scratch, int slot) {
        return stride == 1 ? new Piece(values, start, 1) : new Piece(scratch.floats(slot, PACKED), 0, 1);
    }

    /** Puts what was written to its place, if it is not there yet. */
    void putTo(float[] target, int start, int stride, int n) {
        if (stride != 1) {
            for (int i = 0; i < n; i++) {
                target[start + i * stride] = values[offset + i];
            }
        }
    }
}
