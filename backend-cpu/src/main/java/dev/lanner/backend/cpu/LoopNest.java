package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;

/**
 * The way through operands of one shape: as few and as long rows as their strides allow. Neighbouring dimensions that all operands
 * walk through evenly become one; what is left of the last is the row.
 */
final class LoopNest {
    private final int[] sizes;
    private final int[][] strides;
    private final int[] offsets;
    private final int rank;
    private final int rowLength;
    private final int rows;

    /** The way through operands whose layouts have one shape, with at least one element. */
    LoopNest(Layout... operands) {
        Shape shape = operands[0].shape();
        int full = shape.rank();
        sizes = new int[Math.max(full, 1)];
        strides = new int[operands.length][Math.max(full, 1)];
        offsets = new int[operands.length];
        for (int o = 0; o < operands.length; o++) {
            offsets[o] = operands[o].offset();
        }
        int last = -1;
        for (int axis = 0; axis < full; axis++) {
            int size = shape.size(axis);
            if (size == 1) {
                continue;
            }
            if (last < 0 || !continues(operands, axis, last)) {
                last++;
                sizes[last] = size;
            } else {
                sizes[last] *= size;
            }
            for (int o = 0; o < operands.length; o++) {
                strides[o][last] = operands[o].stride(axis);
            }
        }
        if (last < 0) {
            // A single element: the row that it makes is adjacent in every operand.
            last = 0;
            sizes[0] = 1;
            for (int[] stride : strides) {
                stride[0] = 1;
            }
        }
        rank = last + 1;
        rowLength = sizes[last];
        rows = shape.elements() / rowLength;
    }

    /** Whether a step along the dimension collected so far equals a walk to the end of this axis. */
    private boolean continues(Layout[] operands, int axis, int last) {
        int size = operands[0].shape().size(axis);
        for (int o = 0; o < operands.length; o++) {
            if (strides[o][last] != operands[o].stride(axis) * size) {
                return false;
            }
        }
        return true;
    }

    /** The number of operands. */
    int operands() {
        return offsets.length;
    }

    /** Elements of a row. */
    int rowLength() {
        return rowLength;
    }

    /** The number of rows. */
    int rows() {
        return rows;
    }

    /** All elements. */
    int elements() {
        return rows * rowLength;
    }

    /** The distance between neighbours in a row of an operand. */
    int stride(int operand) {
        return strides[operand][rank - 1];
    }

    /** The position of the first element of a row of an operand. */
    int start(int operand, int row) {
        int position = offsets[operand];
        int rest = row;
        for (int axis = rank - 2; axis >= 0; axis--) {
            position += rest % sizes[axis] * strides[operand][axis];
            rest /= sizes[axis];
        }
        return position;
    }

    /** The position of an element of an operand, counted in row-major order. */
    int position(int operand, int element) {
        int row = element / rowLength;
        return start(operand, row) + (element - row * rowLength) * stride(operand);
    }

    /** A place in the nest that moves from row to row without dividing. For one thread. */
    final class Cursor {
        private final int[] index = new int[rank];
        private final int[] starts = new int[offsets.length];

        /** At the start of a row. */
        Cursor(int row) {
            int rest = row;
            for (int axis = rank - 2; axis >= 0; axis--) {
                index[axis] = rest % sizes[axis];
                rest /= sizes[axis];
            }
            for (int o = 0; o < starts.length; o++) {
                starts[o] = LoopNest.this.start(o, row);
            }
        }

        /** The position of the row's first element in an operand. */
        int start(int operand) {
            return starts[operand];
        }

        /** Moves to the next row; behind the last one comes the first. */
        void next() {
            for (int axis = rank - 2; axis >= 0; axis--) {
                boolean carries = ++index[axis] == sizes[axis];
                int steps = carries ? 1 - sizes[axis] : 1;
                for (int o = 0; o < starts.length; o++) {
                    starts[o] += steps * strides[o][axis];
                }
                if (!carries) {
                    return;
                }
                index[axis] = 0;
            }
        }
    }
}
