package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;

/** How an operand lies in its storage. */
enum Placement {
    CONTIGUOUS,
    /** Contiguous, but not from the start. */
    OFFSET,
    /** Some columns of a wider matrix. */
    COLUMNS,
    /** Every second element of the last axis. */
    STEPPED,
    /** The last two axes swapped. */
    TRANSPOSED;

    private static final int BESIDE = 3;

    Layout layout(int... sizes) {
        Shape shape = Shape.of(sizes);
        int last = sizes.length - 1;
        if (last < 0 || this == OFFSET) {
            return Layout.contiguous(Shape.of(shape.elements() + BESIDE))
                    .slice(0, BESIDE, shape.elements(), 1)
                    .reshape(shape);
        }
        return switch (this) {
            case COLUMNS ->
                Layout.contiguous(shape.with(last, sizes[last] + 2 * BESIDE)).slice(last, BESIDE, sizes[last], 1);
            case STEPPED ->
                Layout.contiguous(shape.with(last, 2 * sizes[last] + 1)).slice(last, 1, sizes[last], 2);
            case TRANSPOSED ->
                last == 0
                        ? STEPPED.layout(sizes)
                        : Layout.contiguous(shape.with(last, sizes[last - 1]).with(last - 1, sizes[last]))
                                .transpose(last - 1, last);
            default -> Layout.contiguous(shape);
        };
    }
}
