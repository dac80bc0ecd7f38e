package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;

/** The ways in which an operand of the contract suite lies in its storage. */
public enum Arrangement {
    /** Row-major from the start of the storage. */
    CONTIGUOUS,
    /** Row-major, but not from the start of the storage. */
    OFFSET,
    /** Every second element along the last axis. */
    STRIDED,
    /** Some columns (last axis) of a wider tensor. */
    COLUMNS,
    /** The last two axes swapped, of some columns of a wider tensor. */
    TRANSPOSED,
    /** The first axis broadcast: stride 0. */
    BROADCAST_FIRST,
    /** The last axis broadcast: stride 0. */
    BROADCAST_LAST,
    /** Every axis broadcast. */
    BROADCAST_ALL;

    private static final int OFFSET_BY = 3;

    /** Whether elements share a position, so that the operand can only be read. */
    boolean repeats() {
        return this == BROADCAST_FIRST || this == BROADCAST_LAST || this == BROADCAST_ALL;
    }

    /** The layout of an operand of this shape; where the rank is too low for the arrangement, that of a simpler one. */
    Layout layout(Shape shape) {
        int last = shape.rank() - 1;
        if (last < 0) {
            return this == CONTIGUOUS ? Layout.contiguous(shape) : offset(shape);
        }
        return switch (this) {
            case CONTIGUOUS -> Layout.contiguous(shape);
            case OFFSET -> offset(shape);
            case STRIDED ->
                Layout.contiguous(shape.with(last, 2 * shape.size(last) + 1)).slice(last, 1, shape.size(last), 2);
            case COLUMNS -> columns(shape);
            case TRANSPOSED ->
                last == 0 ? STRIDED.layout(shape) : columns(swapped(shape)).transpose(last - 1, last);
            case BROADCAST_FIRST -> Layout.contiguous(shape.with(0, 1)).expand(shape);
            case BROADCAST_LAST -> Layout.contiguous(shape.with(last, 1)).expand(shape);
            case BROADCAST_ALL -> Layout.contiguous(Shape.of()).expand(shape);
        };
    }

    private static Layout offset(Shape shape) {
        return Layout.contiguous(Shape.of(shape.elements() + OFFSET_BY))
                .slice(0, OFFSET_BY, shape.elements(), 1)
                .reshape(shape);
    }

    private static Layout columns(Shape shape) {
        int last = shape.rank() - 1;
        int width = shape.size(last);
        return Layout.contiguous(shape.with(last, width + 2 * OFFSET_BY + 1)).slice(last, OFFSET_BY, width, 1);
    }

    private static Shape swapped(Shape shape) {
        int last = shape.rank() - 1;
        return shape.with(last, shape.size(last - 1)).with(last - 1, shape.size(last));
    }
}
