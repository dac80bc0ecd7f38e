package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.Scalars;

/** Element-wise operations on F32 views of any layout: cut into tasks of a fixed number of elements, done row by row. */
final class Elementwise {
    /** Elements of a task: enough to pay for handing it out, few enough to share. */
    private static final int GRAIN = 1 << 15;

    private final WorkerPool pool;
    private final RowFunctions functions;

    Elementwise(WorkerPool pool, RowFunctions functions) {
        this.pool = pool;
        this.functions = functions;
    }

    /** Does {@code n} elements of a row that starts, for operand o, at {@code starts[o]}. */
    private interface Row {
        void run(int[] starts, int n);
    }

    /** Runs a body over all rows, or parts of rows, of operands with at least one element. */
    private void rows(LoopNest nest, int operands, Row body) {
        int elements = nest.elements();
        int length = nest.rowLength();
        pool.run(WorkerPool.tasks(elements, GRAIN), (task, scratch) -> {
            int[] starts = new int[operands];
            int end = (int) Math.min(elements, (task + 1L) * GRAIN);
            int next;
            for (int element = task * GRAIN; element < end; element = next) {
                int row = element / length;
                int column = element - row * length;
                next = (int) Math.min(end, (row + 1L) * length);
                for (int o = 0; o < operands; o++) {
                    starts[o] = nest.start(o, row) + column * nest.stride(o);
                }
                body.run(starts, next - element);
            }
        });
    }

    void unary(UnaryOp op, View x, View out) {
        if (isEmpty(out)) {
            return;
        }
        LoopNest nest = new LoopNest(x.layout(), out.layout());
        float[] from = floats(x);
        float[] to = floats(out);
        int xStride = nest.stride(0);
        int outStride = nest.stride(1);
        rows(nest, 2, (starts, n) -> {
            if (xStride == 1 && outStride == 1) {
                functions.unary(op, from, starts[0], to, starts[1], n);
            } else {
                for (int i = 0; i < n; i++) {
                    to[starts[1] + i * outStride] = (float) Scalars.unary(op, (double) from[starts[0] + i * xStride]);
                }
            }
        });
    }

    void binary(BinaryOp op, View a, View b, View out) {
        if (isEmpty(out)) {
            return;
        }
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout());
        float[] left = floats(a);
        float[] right = floats(b);
        float[] to = floats(out);
        rows(
                nest,
                3,
                (starts, n) -> FloatRows.binary(
                        op,
                        left,
                        starts[0],
                        nest.stride(0),
                        right,
                        starts[1],
                        nest.stride(1),
                        to,
                        starts[2],
                        nest.stride(2),
                        n));
    }

    void compare(CompareOp op, View a, View b, View out) {
        if (isEmpty(out)) {
            return;
        }
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout());
        float[] left = floats(a);
        float[] right = floats(b);
        int[] to = ((HostArray) out.storage()).ints();
        rows(nest, 3, (starts, n) -> {
            for (int i = 0; i < n; i++) {
                boolean holds = Scalars.compare(op, (double) left[starts[0] + i * nest.stride(0)], (double)
                        right[starts[1] + i * nest.stride(1)]);
                to[starts[2] + i * nest.stride(2)] = holds ? 1 : 0;
            }
        });
    }

    void select(View condition, View a, View b, View out) {
        if (isEmpty(out)) {
            return;
        }
        LoopNest nest = new LoopNest(condition.layout(), a.layout(), b.layout(), out.layout());
        int[] mask = ((HostArray) condition.storage()).ints();
        float[] left = floats(a);
        float[] right = floats(b);
        float[] to = floats(out);
        rows(nest, 4, (starts, n) -> {
            for (int i = 0; i < n; i++) {
                to[starts[3] + i * nest.stride(3)] = mask[starts[0] + i * nest.stride(0)] != 0
                        ? left[starts[1] + i * nest.stride(1)]
                        : right[starts[2] + i * nest.stride(2)];
            }
        });
    }

    void copy(View x, View out) {
        if (isEmpty(out)) {
            return;
        }
        LoopNest nest = new LoopNest(x.layout(), out.layout());
        float[] from = floats(x);
        float[] to = floats(out);
        int xStride = nest.stride(0);
        int outStride = nest.stride(1);
        rows(nest, 2, (starts, n) -> {
            if (xStride == 1 && outStride == 1) {
                System.arraycopy(from, starts[0], to, starts[1], n);
            } else {
                for (int i = 0; i < n; i++) {
                    to[starts[1] + i * outStride] = from[starts[0] + i * xStride];
                }
            }
        });
    }

    void fill(float value, View out) {
        if (isEmpty(out)) {
            return;
        }
        LoopNest nest = new LoopNest(out.layout());
        float[] to = floats(out);
        int stride = nest.stride(0);
        rows(nest, 1, (starts, n) -> {
            for (int i = 0; i < n; i++) {
                to[starts[0] + i * stride] = value;
            }
        });
    }

    static boolean isEmpty(View view) {
        return view.shape().elements() == 0;
    }

    static float[] floats(View view) {
        return ((HostArray) view.storage()).floats();
    }
}
