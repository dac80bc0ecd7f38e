package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Views of states as attention heads, and back. One head needs no dimension of its own.
 *
 * @param heads H
 */
record HeadSplit(int heads) {
    /** {@code [B, L, D]}, or of several heads {@code [B, H, L, D/H]}. */
    NDArray split(NDArray x) {
        if (heads == 1) {
            return x;
        }
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads)
                .transpose(0, 2, 1, 3);
    }

    /** {@code [B, D, L]}, or of several heads {@code [B, H, D/H, L]}. */
    NDArray transposed(NDArray x) {
        NDArray parts = split(x);
        return heads == 1 ? parts.transpose(0, 2, 1) : parts.transpose(0, 1, 3, 2);
    }

    /** {@code [B, L, D]} of what {@link #split} gives. */
    NDArray join(NDArray parts) {
        if (heads == 1) {
            return parts;
        }
        Shape shape = parts.getShape();
        return parts.transpose(0, 2, 1, 3).reshape(shape.get(0), shape.get(2), heads * shape.get(3));
    }

    /** The shape of what {@code [B, L, L]} is added to, with 1 for the heads. */
    Shape pairs(int sequences, int length) {
        return heads == 1 ? new Shape(sequences, length, length) : new Shape(sequences, 1, length, length);
    }
}
