package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;

/**
 * A floating point operand as rows of adjacent elements.
 *
 * @param values the array
 * @param offset position of the first row
 * @param stride distance between rows; 0 for one row that stands for all
 * @param count number of rows
 * @param width elements of a row
 */
record Rows(float[] values, int offset, int stride, int count, int width) {
    /** The rows (last axis) of a view; layouts without even rows of adjacent elements are copied. */
    static Rows of(View view) {
        Layout layout = view.layout();
        int rank = layout.shape().rank();
        int width = rank == 0 ? 1 : layout.shape().size(-1);
        int count = width == 0 ? 0 : layout.shape().elements() / width;
        float[] values = ((HostArray) view.storage()).floats();
        if (layout.isContiguous()) {
            return new Rows(values, layout.offset(), width, count, width);
        }
        if (rank == 2 && (width == 1 || layout.stride(1) == 1)) {
            return new Rows(values, layout.offset(), layout.stride(0), count, width);
        }
        return new Rows(ContiguousCopy.of(view).floats(), 0, width, count, width);
    }

    /** {@link #of}, or null for a gradient that is not wanted. */
    static Rows ofWanted(View view) {
        return view == null ? null : of(view);
    }

    /** All elements in row-major order as one row; layouts that are not contiguous are copied. */
    static Rows flat(View view) {
        int elements = view.shape().elements();
        if (view.layout().isContiguous()) {
            float[] values = ((HostArray) view.storage()).floats();
            return new Rows(values, view.layout().offset(), elements, 1, elements);
        }
        return new Rows(ContiguousCopy.of(view).floats(), 0, elements, 1, elements);
    }

    /** Rows that take what nobody wants: all of them are the one row given. */
    static Rows sink(Rows like, float[] row) {
        return new Rows(row, 0, 0, like.count, like.width);
    }

    /** Position of the first element of a row. */
    int at(int row) {
        return offset + row * stride;
    }
}
