package dev.lanner.tensor;

import java.util.Arrays;

/**
 * Where the elements of a view lie in its storage: element {@code (i0, i1, ..)} is at {@code offset + i0 * stride0 + i1 * stride1
 * + ..}. A broadcast dimension has stride 0. Immutable.
 */
public final class Layout {
    private final Shape shape;
    private final int[] strides;
    private final int offset;

    private Layout(Shape shape, int[] strides, int offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /** Row-major elements without gaps, from the start of the storage. */
    public static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    private static int[] rowMajor(Shape shape) {
        int[] strides = new int[shape.rank()];
        int stride = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(shape.size(axis), 1);
        }
        return strides;
    }

    /** The sizes. */
    public Shape shape() {
        return shape;
    }

    /** The position of the first element in the storage. */
    public int offset() {
        return offset;
    }

    /** The distance in elements between neighbours along an axis in [0, rank). */
    public int stride(int axis) {
        return strides[axis];
    }

    /** Whether the elements lie row-major without gaps (at any offset). */
    public boolean isContiguous() {
        int expected = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            int size = shape.size(axis);
            if (size != 1 && strides[axis] != expected) {
                return shape.elements() == 0;
            }
            expected *= size;
        }
        return true;
    }

    /** Two axes swapped. */
    public Layout transpose(int axisA, int axisB) {
        int[] sizes = shape.sizes();
        int[] swapped = strides.clone();
        sizes[axisA] = shape.size(axisB);
        sizes[axisB] = shape.size(axisA);
        swapped[axisA] = strides[axisB];
        swapped[axisB] = strides[axisA];
        return new Layout(Shape.of(sizes), swapped, offset);
    }

    /** The positions {@code start, start + step, ..} along an axis, {@code length} of them. */
    public Layout slice(int axis, int start, int length, int step) {
        int[] stepped = strides.clone();
        stepped[axis] *= step;
        Shape sliced = shape.with(axis, length);
        // A view of nothing stays where it is: its storage may be empty.
        int moved = sliced.elements() == 0 ? offset : offset + start * strides[axis];
        return new Layout(sliced, stepped, moved);
    }

    /** One position in [0, size) along an axis in [0, rank), which disappears. */
    public Layout select(int axis, int position) {
        Layout slice = slice(axis, position, 1, 1);
        int rank = strides.length - 1;
        int[] sizes = new int[rank];
        int[] kept = new int[rank];
        for (int i = 0; i < rank; i++) {
            sizes[i] = shape.size(i < axis ? i : i + 1);
            kept[i] = strides[i < axis ? i : i + 1];
        }
        return new Layout(Shape.of(sizes), kept, slice.offset);
    }

    /**
     * Stretches dimensions of size 1, and adds dimensions in front, without copies.
     *
     * @throws ShapeException if this shape does not broadcast to {@code target}
     */
    public Layout expand(Shape target) {
        if (!Shape.broadcast("expand", shape, target).equals(target)) {
            throw new ShapeException("expand: " + shape + " does not broadcast to " + target);
        }
        int added = target.rank() - shape.rank();
        int[] stretched = new int[target.rank()];
        for (int axis = 0; axis < shape.rank(); axis++) {
            stretched[added + axis] = shape.size(axis) == 1 && target.size(added + axis) != 1 ? 0 : strides[axis];
        }
        return new Layout(target, stretched, offset);
    }

    /** The same elements in row-major order under another shape, or null where that needs a copy. */
    public Layout reshape(Shape target) {
        if (isContiguous()) {
            return new Layout(target, rowMajor(target), offset);
        }
        // Unequal strides: only dimensions of size 1 may come and go.
        int[] fitted = new int[target.rank()];
        int axis = 0;
        for (int to = 0; to < target.rank(); to++) {
            while (axis < shape.rank() && shape.size(axis) == 1 && target.size(to) != 1) {
                axis++;
            }
            if (target.size(to) == 1) {
                continue;
            }
            if (axis == shape.rank() || shape.size(axis) != target.size(to)) {
                return null;
            }
            fitted[to] = strides[axis++];
        }
        return new Layout(target, fitted, offset);
    }

    /** The storage position of the element with this row-major index. */
    public int position(int index) {
        int position = offset;
        int rest = index;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            int size = shape.size(axis);
            position += rest % size * strides[axis];
            rest /= size;
        }
        return position;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout layout
                && shape.equals(layout.shape)
                && offset == layout.offset
                && Arrays.equals(strides, layout.strides);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + offset;
    }

    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
