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
            last = 0;
            sizes[0] = 1;
        }
        rank = last + 1;
        rowLength = sizes[last];
        rows = shape.elements() / rowLength;
    }

    /** Whether walking on along the dimension collected so far equals a step along this axis' end. */
    private boolean continues(Layout[] operands, int axis, int last) {
        int size = operands[0].shape().size(axis);
        for (int o = 0; o < operands.length; o++) {
            if (strides[o][last] != operands[o].stride(axis) * size) {
                return false;
            }
        }
        return true;
    }

    /** Elements of a row. */
    int rowLength() {
        return rowLength;
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
}
