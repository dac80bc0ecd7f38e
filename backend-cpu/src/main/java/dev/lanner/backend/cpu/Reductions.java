package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.View;

/**
 * Reductions of F32 views along any axes. What is long is cut into blocks of a fixed size, and the blocks' results are put together
 * in their order: the same bits for every number of threads.
 */
final class Reductions {
    /** Elements of a block. */
    private static final int BLOCK = 1 << 14;

    private final WorkerPool pool;
    private final ReduceKernels kernels;
    private final Temporaries temporaries;

    /** Reductions by the kernels given. */
    Reductions(WorkerPool pool, ReduceKernels kernels, Temporaries temporaries) {
        this.pool = pool;
        this.kernels = kernels;
        this.temporaries = temporaries;
    }

    /** Reduces the axes along which {@code out}, of the same rank as {@code x}, has size 1; {@code x} has elements. */
    void reduce(ReduceOp op, View x, View out) {
        if (x.shape().elements() == out.shape().elements()) {
            temporaries.copy(x, out);
        } else {
            temporaries.writeContiguous(out, packed -> reduceTo(op, x, packed));
        }
    }

    private void reduceTo(ReduceOp op, View x, View out) {
        float[] to = Elementwise.floats(out);
        int target = out.layout().offset();
        LoopNest kept = new LoopNest(part(x.layout(), out.shape(), false));
        LoopNest reduced = new LoopNest(part(x.layout(), out.shape(), true));
        if (reduced.rows() == 1 && reduced.stride(0) == 1) {
            rows(op, Elementwise.floats(x), kept, reduced.rowLength(), to, target);
        } else if (reduced.rows() == 1 && kept.stride(0) == 1) {
            columns(op, Elementwise.floats(x), kept, reduced, to, target);
        } else {
            View moved = new View(x.storage(), keptFirst(x.layout(), out.shape()));
            temporaries.copied(moved, packed -> reduceTo(op, packed, flattened(out, packed)));
        }
    }

    /** The layout with one element along the kept axes, or along the reduced ones. */
    private static Layout part(Layout x, Shape out, boolean reduced) {
        Layout part = x;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if ((out.size(axis) == 1) != reduced) {
                part = part.slice(axis, 0, 1, 1);
            }
        }
        return part;
    }

    /** The kept axes first, the reduced ones last. */
    private static Layout keptFirst(Layout x, Shape out) {
        Layout moved = x;
        int kept = 0;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (out.size(axis) != 1) {
                // Brought to its place by neighbour swaps, so that the others keep their order.
                for (int at = axis; at > kept; at--) {
                    moved = moved.transpose(at, at - 1);
                }
                kept++;
            }
        }
        return moved;
    }

    /** A contiguous result of the shape that belongs to an operand whose kept axes came first. */
    private static View flattened(View out, View x) {
        Shape shape = x.shape();
        int kept = 0;
        for (int axis = 0; axis < out.shape().rank(); axis++) {
            kept += out.shape().size(axis) == 1 ? 0 : 1;
        }
        for (int axis = kept; axis < shape.rank(); axis++) {
            shape = shape.with(axis, 1);
        }
        return new View(out.storage(), out.layout().reshape(shape));
    }

    /** {@code to[i] = op of the n elements from position i of the nest on}. */
    private void rows(ReduceOp op, float[] x, LoopNest starts, int n, float[] to, int target) {
        int rows = starts.elements();
        int blocks = WorkerPool.tasks(n, BLOCK);
        if (blocks == 1) {
            int grain = Math.max(1, BLOCK / n);
            pool.run(WorkerPool.tasks(rows, grain), (task, scratch) -> {
                for (int row = task * grain; row < Math.min(rows, (task + 1L) * grain); row++) {
                    to[target + row] = kernels.row(op, x, starts.position(0, row), n);
                }
            });
            return;
        }
        temporaries.floats(rows * blocks, partial -> {
            pool.run(rows * blocks, (task, scratch) -> {
                int row = task / blocks;
                int first = (task - row * blocks) * BLOCK;
                partial[task] = kernels.row(op, x, starts.position(0, row) + first, Math.min(BLOCK, n - first));
            });
            for (int row = 0; row < rows; row++) {
                to[target + row] = kernels.row(op, partial, row * blocks, blocks);
            }
        });
    }

    /** For each row of the kept axes, whose elements are adjacent: {@code to[row, j] = op over i of x[row, i, j]}. */
    private void columns(ReduceOp op, float[] x, LoopNest kept, LoopNest reduced, float[] to, int target) {
        int n = kept.rowLength();
        int matrices = kept.rows();
        int rows = reduced.rowLength();
        int xRow = reduced.stride(0);
        int grain = Math.max(1, BLOCK / n);
        int blocks = WorkerPool.tasks(rows, grain);
        if (blocks == 1) {
            int together = (int) Math.max(1, BLOCK / ((long) rows * n));
            pool.run(WorkerPool.tasks(matrices, together), (task, scratch) -> {
                for (int matrix = task * together; matrix < Math.min(matrices, (task + 1L) * together); matrix++) {
                    kernels.columns(op, x, kept.start(0, matrix), xRow, rows, to, target + matrix * n, n);
                }
            });
            return;
        }
        temporaries.floats(matrices * blocks * n, partial -> {
            pool.run(matrices * blocks, (task, scratch) -> {
                int matrix = task / blocks;
                int first = (task - matrix * blocks) * grain;
                int start = kept.start(0, matrix) + first * xRow;
                kernels.columns(op, x, start, xRow, Math.min(grain, rows - first), partial, task * n, n);
            });
            for (int matrix = 0; matrix < matrices; matrix++) {
                kernels.columns(op, partial, matrix * blocks * n, n, blocks, to, target + matrix * n, n);
            }
        });
    }
}
