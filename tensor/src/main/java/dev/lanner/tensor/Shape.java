package dev.lanner.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions, outermost first. Rank 0 is a scalar. Immutable. */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0], 1);

    private final int[] sizes;
    private final int elements;

    private Shape(int[] sizes, int elements) {
        this.sizes = sizes;
        this.elements = elements;
    }

    /**
     * A shape of the given sizes.
     *
     * @throws ShapeException if a size is negative or there are more than 2^31-1 elements
     */
    public static Shape of(int... sizes) {
        if (sizes.length == 0) {
            return SCALAR;
        }
        long elements = 1;
        boolean empty = false;
        for (int size : sizes) {
            if (size < 0) {
                throw new ShapeException("shape: sizes must not be negative, found " + Arrays.toString(sizes));
            }
            empty |= size == 0;
            elements *= Math.max(size, 1);
            if (elements > Integer.MAX_VALUE) {
                throw new ShapeException("shape: more than 2^31-1 elements in " + Arrays.toString(sizes));
            }
        }
        return new Shape(sizes.clone(), empty ? 0 : (int) elements);
    }

    /** The number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /** The number of elements. */
    public int elements() {
        return elements;
    }

    /** The size along an axis; negative axes count from the end. */
    public int size(int axis) {
        return sizes[axis("size", axis)];
    }

    /** A copy of the sizes. */
    public int[] sizes() {
        return sizes.clone();
    }

    /**
     * Resolves an axis that may count from the end.
     *
     * @param operation the name for the message
     * @return the axis in [0, rank)
     * @throws ShapeException if there is no such axis
     */
    public int axis(String operation, int axis) {
        if (axis < -sizes.length || axis >= sizes.length) {
            throw new ShapeException(
                    operation + ": axis " + axis + " is outside of rank " + sizes.length + " (shape=" + this + ")");
        }
        return axis < 0 ? axis + sizes.length : axis;
    }

    /** This shape with another size along one axis in [0, rank). */
    public Shape with(int axis, int size) {
        int[] changed = sizes.clone();
        changed[axis] = size;
        return of(changed);
    }

    /**
     * The shape that two operands broadcast to: aligned at the last dimension, a size of 1 stretches.
     *
     * @throws ShapeException if two sizes differ and neither is 1
     */
    public static Shape broadcast(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        int[] sizes = new int[rank];
        for (int axis = 1; axis <= rank; axis++) {
            int sizeA = axis <= a.rank() ? a.sizes[a.rank() - axis] : 1;
            int sizeB = axis <= b.rank() ? b.sizes[b.rank() - axis] : 1;
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1) {
                throw new ShapeException(operation + ": shapes do not broadcast, " + sizeA + " vs " + sizeB + " (a=" + a
                        + ", b=" + b + ")");
            }
            sizes[rank - axis] = sizeA == 1 ? sizeB : sizeA;
        }
        return of(sizes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** Like {@code [32, 64]}. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
