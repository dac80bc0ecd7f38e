package dev.lanner.tensor;

import dev.lanner.tensor.backend.HostArray;
import java.util.Arrays;

/** Rows of tables picked, and summed into, by index. */
final class Indexing {
    /** No row of the table is padding. */
    static final int NO_PADDING = -1;

    private Indexing() {}

    /**
     * Picks rows; a padding row gets no gradient.
     *
     * @param padding the row that is never trained, or {@link #NO_PADDING}
     */
    static Tensor gatherRows(Tensor table, Tensor indices, int padding) {
        if (table.shape().rank() != 2) {
            throw new ShapeException("gatherRows: the table must be [R, D] (table=" + table.shape() + ")");
        }
        Elementwise.sameBackend("gatherRows", table, indices);
        int width = table.size(1);
        if (padding < NO_PADDING || padding >= table.size(0)) {
            throw new ShapeException("gatherRows: the padding row must be one of the table's, 0 to "
                    + (table.size(0) - 1) + ", found " + padding);
        }
        requireIndices("gatherRows", indices, table.size(0));
        Tensor flat = indices.reshape(-1).contiguous();
        Tensor picked = Creation.allocate(table.backend(), table.dtype(), Shape.of(flat.size(0), width));
        table.backend().gatherRows(table.view(), flat.view(), picked.view());
        Tensor out = picked.reshape(append(indices.shape(), width));
        return Tape.record(
                "gatherRows",
                out,
                (dOut, into) -> {
                    Tensor buffer = into.buffer(0);
                    Tensor rows = dOut.reshape(flat.size(0), width);
                    if (padding == NO_PADDING) {
                        buffer.backend().scatterAddRows(rows.view(), flat.view(), buffer.view());
                    } else {
                        // What others add to the padding row stays.
                        Tensor kept = buffer.narrow(0, padding, 1).add(0);
                        buffer.backend().scatterAddRows(rows.view(), flat.view(), buffer.view());
                        buffer.narrow(0, padding, 1).assign(kept);
                    }
                },
                table);
    }

    static Tensor scatterAddRows(Tensor rows, Tensor indices, int tableRows) {
        Elementwise.sameBackend("scatterAddRows", rows, indices);
        int rank = rows.shape().rank();
        if (rank != indices.shape().rank() + 1
                || !Shape.of(Arrays.copyOf(rows.shape().sizes(), rank - 1)).equals(indices.shape())) {
            throw new ShapeException("scatterAddRows: indices " + indices.shape() + " do not fit rows " + rows.shape());
        }
        requireIndices("scatterAddRows", indices, tableRows);
        int width = rows.size(-1);
        Tensor flat = indices.reshape(-1).contiguous();
        Tensor out = Creation.full(rows.backend(), rows.dtype(), Shape.of(tableRows, width), 0);
        rows.backend().scatterAddRows(rows.detach().reshape(flat.size(0), width).view(), flat.view(), out.view());
        return Tape.record("scatterAddRows", out, (dOut, into) -> into.add(0, dOut.gatherRows(indices)), rows);
    }

    static Tensor oneHot(Tensor indices, int classes) {
        requireIndices("oneHot", indices, classes);
        int[] sizes = new int[indices.shape().rank() + 1];
        Arrays.fill(sizes, 1);
        sizes[sizes.length - 1] = classes;
        int[] numbers = new int[classes];
        Arrays.setAll(numbers, i -> i);
        Tensor range = Creation.constant(indices.backend(), HostArray.of(numbers), classes, Shape.of(sizes));
        return indices.unsqueeze(-1).eq(range);
    }

    /**
     * Indices are checked before anything is computed: a backend would read or write beside the table.
     *
     * @throws IndexOutOfBoundsException naming the position and the range
     */
    static void requireIndices(String op, Tensor indices, int rows) {
        if (indices.dtype() != DType.I32) {
            throw new ShapeException(op + ": indices must be I32, found " + indices);
        }
        Values.check(op, indices, new IndexRule(op, rows, indices.shape()));
    }

    /** Every element is a row number of a table; the negatives of a step, which are millions, pass as vector code. */
    record IndexRule(String op, int rows, Shape shape) implements Values.Rule {
        @Override
        public boolean holdsFor(long low, long high) {
            return low >= 0 && high <= rows;
        }

        @Override
        public void check(int[] values, int first, int count) {
            // The sign of an index, or of what is left behind it, shows: a loop without a way out becomes vector code.
            int outside = 0;
            for (int i = first; i < first + count; i++) {
                outside |= values[i] | (rows - 1 - values[i]);
            }
            for (int i = 0; outside < 0 && i < count; i++) {
                int index = values[first + i];
                if (index < 0 || index >= rows) {
                    throw new IndexOutOfBoundsException(op + ": index " + index + " at position " + i
                            + " is outside of [0, " + rows + ") (indices=" + shape + ")");
                }
            }
        }
    }

    private static int[] append(Shape shape, int size) {
        int[] sizes = Arrays.copyOf(shape.sizes(), shape.rank() + 1);
        sizes[shape.rank()] = size;
        return sizes;
    }
}
