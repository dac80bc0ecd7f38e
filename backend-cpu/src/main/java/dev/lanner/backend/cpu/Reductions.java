package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.View;

/**
 * Reductions of contiguous F32 matrices along rows or columns. What is long is cut into blocks of a fixed size, and the blocks'
 * results are put together in their order: the same bits for every number of threads.
 */
final class Reductions {
    /** Elements of a block of a row. */
    private static final int ROW_BLOCK = 1 << 14;
    /** Elements of a block of rows whose columns are added up. */
    private static final int COLUMN_BLOCK = 1 << 14;
    /** Rows of such a block at most: a longer chain of additions loses digits. */
    private static final int BLOCK_ROWS = 256;

    private final WorkerPool pool;
    private final RowFunctions functions;

    Reductions(WorkerPool pool, RowFunctions functions) {
        this.pool = pool;
        this.functions = functions;
    }

    /**
     * Which reduction a shape rule asks for: the reduced axes lead, trail, or are mixed with others.
     *
     * @param rows product of the kept axes if the reduced ones trail, of the reduced ones if they lead
     * @param columns the other product
     */
    record Plan(Kind kind, int rows, int columns) {
        enum Kind {
            TRAILING,
            LEADING,
            MIXED
        }

        static Plan of(Shape x, Shape out) {
            int rank = x.rank();
            int firstReduced = rank;
            int lastReduced = -1;
            int firstKept = rank;
            int lastKept = -1;
            for (int axis = 0; axis < rank; axis++) {
                if (x.size(axis) == 1) {
                    continue;
                }
                if (out.size(axis) == 1) {
                    firstReduced = Math.min(firstReduced, axis);
                    lastReduced = axis;
                } else {
                    firstKept = Math.min(firstKept, axis);
                    lastKept = axis;
                }
            }
            int kept = out.elements();
            int reduced = kept == 0 ? 0 : x.elements() / kept;
            if (lastKept < firstReduced) {
                return new Plan(Kind.TRAILING, kept, reduced);
            }
            return lastReduced < firstKept
                    ? new Plan(Kind.LEADING, reduced, kept)
                    : new Plan(Kind.MIXED, kept, reduced);
        }
    }

    /** The kept axes first, the reduced ones last: what a mixed reduction copies its operand to. */
    static Layout keptFirst(Layout x, Shape out) {
        Layout moved = x;
        int kept = 0;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (out.size(axis) != 1) {
                // Rotates the axis to its place by neighbour swaps, so that the others keep their order.
                for (int at = axis; at > kept; at--) {
                    moved = moved.transpose(at, at - 1);
                }
                kept++;
            }
        }
        return moved;
    }

    /** {@code out[i] = op over j of x[i, j]} for contiguous x {@code [rows, columns]} and contiguous out {@code [rows]}. */
    void rows(ReduceOp op, View x, View out, int rows, int columns) {
        float[] from = Elementwise.floats(x);
        float[] to = Elementwise.floats(out);
        int start = x.layout().offset();
        int target = out.layout().offset();
        int blocks = Math.max(1, WorkerPool.tasks(columns, ROW_BLOCK));
        if (blocks == 1) {
            int grain = Math.max(1, ROW_BLOCK / Math.max(columns, 1));
            pool.run(WorkerPool.tasks(rows, grain), (task, scratch) -> {
                for (int row = task * grain; row < Math.min(rows, (task + 1) * grain); row++) {
                    to[target + row] = functions.reduce(op, from, start + row * columns, columns);
                }
            });
            return;
        }
        float[] partial = new float[blocks];
        for (int row = 0; row < rows; row++) {
            int first = start + row * columns;
            pool.run(
                    blocks,
                    (task, scratch) -> partial[task] = functions.reduce(
                            op, from, first + task * ROW_BLOCK, Math.min(ROW_BLOCK, columns - task * ROW_BLOCK)));
            to[target + row] = functions.reduce(op, partial, 0, blocks);
        }
    }

    /** {@code out[j] = op over i of x[i, j]} for contiguous x {@code [rows, columns]}, rows at least 1, and contiguous out. */
    void columns(ReduceOp op, View x, View out, int rows, int columns) {
        float[] from = Elementwise.floats(x);
        float[] to = Elementwise.floats(out);
        int start = x.layout().offset();
        int target = out.layout().offset();
        BinaryOp step = step(op);
        int grain = Math.clamp(COLUMN_BLOCK / columns, 1, BLOCK_ROWS);
        int blocks = WorkerPool.tasks(rows, grain);
        float[] partial = new float[blocks * columns];
        pool.run(blocks, (task, scratch) -> {
            int into = task * columns;
            System.arraycopy(from, start + task * grain * columns, partial, into, columns);
            for (int row = task * grain + 1; row < Math.min(rows, (task + 1) * grain); row++) {
                FloatRows.binary(step, partial, into, 1, from, start + row * columns, 1, partial, into, 1, columns);
            }
        });
        System.arraycopy(partial, 0, to, target, columns);
        for (int block = 1; block < blocks; block++) {
            FloatRows.binary(step, to, target, 1, partial, block * columns, 1, to, target, 1, columns);
        }
    }

    private static BinaryOp step(ReduceOp op) {
        return switch (op) {
            case SUM -> BinaryOp.ADD;
            case MAX -> BinaryOp.MAXIMUM;
            case MIN -> BinaryOp.MINIMUM;
        };
    }
}
