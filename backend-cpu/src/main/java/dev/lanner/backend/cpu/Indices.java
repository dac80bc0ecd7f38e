package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;

/**
 * An I32 operand in row-major order without gaps.
 *
 * @param values the array
 * @param offset position of the first element
 */
record Indices(int[] values, int offset) {
    /** The elements of a view; layouts that are not contiguous are copied. */
    static Indices of(View view) {
        if (view.layout().isContiguous()) {
            return new Indices(
                    ((HostArray) view.storage()).ints(), view.layout().offset());
        }
        return new Indices(ContiguousCopy.of(view).ints(), 0);
    }
}
