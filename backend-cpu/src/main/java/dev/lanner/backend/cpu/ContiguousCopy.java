package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;

/** Copies of views whose layout a kernel does not take: transposed, stepped or broadcast ones. They are rare, so they allocate. */
final class ContiguousCopy {
    private ContiguousCopy() {}

    /**
     * The elements of a view in row-major order, from position 0 of a new array.
     *
     * @param view any layout, any dtype
     */
    static HostArray of(View view) {
        HostArray copy = HostArray.allocate(view.dtype(), view.shape().elements());
        if (view.shape().elements() > 0) {
            copy((HostArray) view.storage(), view.layout(), 0, view.layout().offset(), copy, 0);
        }
        return copy;
    }

    /** Copies what lies below one position of the axes before {@code axis}; returns the end of what it wrote. */
    private static int copy(HostArray from, Layout layout, int axis, int position, HostArray to, int at) {
        int rank = layout.shape().rank();
        if (axis == rank) {
            to.copyFrom(from, position, at, 1);
            return at + 1;
        }
        int size = layout.shape().size(axis);
        int stride = layout.stride(axis);
        if (axis == rank - 1) {
            copyRow(from, position, stride, to, at, size);
            return at + size;
        }
        int end = at;
        for (int i = 0; i < size; i++) {
            end = copy(from, layout, axis + 1, position + i * stride, to, end);
        }
        return end;
    }

    private static void copyRow(HostArray from, int position, int stride, HostArray to, int at, int size) {
        if (stride == 1) {
            to.copyFrom(from, position, at, size);
            return;
        }
        switch (to.dtype()) {
            case F32 -> copyFloats(from.floats(), position, stride, to.floats(), at, size);
            default -> {
                for (int i = 0; i < size; i++) {
                    to.copyFrom(from, position + i * stride, at + i, 1);
                }
            }
        }
    }

    private static void copyFloats(float[] from, int position, int stride, float[] to, int at, int size) {
        for (int i = 0; i < size; i++) {
            to[at + i] = from[position + i * stride];
        }
    }
}
