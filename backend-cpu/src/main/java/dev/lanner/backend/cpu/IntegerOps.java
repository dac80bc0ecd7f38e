package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.Scalars;

/**
 * Operations on I32 and I64 views of any layout with at least one element: indices, masks and times, which are few beside the floats,
 * so that plain loops do. All is computed in 64 bits, of which I32 keeps the lower half.
 */
final class IntegerOps {
    private final WorkerPool pool;

    /** Operations by these threads. */
    IntegerOps(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code out = op(x)}. */
    void unary(UnaryOp op, View x, View out) {
        HostArray from = array(x);
        HostArray to = array(out);
        LoopNest nest = new LoopNest(x.layout(), out.layout());
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            for (int i = 0; i < n; i++) {
                long value = from.getLong(starts[0] + i * nest.stride(0));
                to.setLong(starts[1] + i * nest.stride(1), Scalars.unary(op, value));
            }
        });
    }

    /**
     * {@code out = op(a, b)}.
     *
     * @throws ArithmeticException if a divisor is 0
     */
    void binary(BinaryOp op, View a, View b, View out) {
        HostArray left = array(a);
        HostArray right = array(b);
        HostArray to = array(out);
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout());
        boolean narrow = a.dtype() == DType.I32;
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            if (narrow) {
                binaryInts(op, left.ints(), right.ints(), to.ints(), starts, nest, n);
            } else {
                binaryLongs(op, left.longs(), right.longs(), to.longs(), starts, nest, n);
            }
        });
    }

    private static void binaryInts(BinaryOp op, int[] a, int[] b, int[] out, int[] starts, LoopNest nest, int n) {
        int aStride = nest.stride(0);
        int bStride = nest.stride(1);
        int stride = nest.stride(2);
        for (int i = 0; i < n; i++) {
            long p = a[starts[0] + i * aStride];
            long q = b[starts[1] + i * bStride];
            out[starts[2] + i * stride] = (int) Scalars.binary(op, p, q);
        }
    }

    private static void binaryLongs(BinaryOp op, long[] a, long[] b, long[] out, int[] starts, LoopNest nest, int n) {
        int aStride = nest.stride(0);
        int bStride = nest.stride(1);
        int stride = nest.stride(2);
        for (int i = 0; i < n; i++) {
            long p = a[starts[0] + i * aStride];
            long q = b[starts[1] + i * bStride];
            out[starts[2] + i * stride] = Scalars.binary(op, p, q);
        }
    }

    /** {@code out = op(a, b)} as 1 or 0; {@code out} is I32. */
    void compare(CompareOp op, View a, View b, View out) {
        HostArray left = array(a);
        HostArray right = array(b);
        int[] to = array(out).ints();
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout());
        boolean narrow = a.dtype() == DType.I32;
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            if (narrow) {
                compareInts(op, left.ints(), right.ints(), to, starts, nest, n);
            } else {
                compareLongs(op, left.longs(), right.longs(), to, starts, nest, n);
            }
        });
    }

    private static void compareInts(CompareOp op, int[] a, int[] b, int[] out, int[] starts, LoopNest nest, int n) {
        int aStride = nest.stride(0);
        int bStride = nest.stride(1);
        int stride = nest.stride(2);
        for (int i = 0; i < n; i++) {
            long p = a[starts[0] + i * aStride];
            long q = b[starts[1] + i * bStride];
            out[starts[2] + i * stride] = Scalars.compare(op, p, q) ? 1 : 0;
        }
    }

    private static void compareLongs(CompareOp op, long[] a, long[] b, int[] out, int[] starts, LoopNest nest, int n) {
        int aStride = nest.stride(0);
        int bStride = nest.stride(1);
        int stride = nest.stride(2);
        for (int i = 0; i < n; i++) {
            long p = a[starts[0] + i * aStride];
            long q = b[starts[1] + i * bStride];
            out[starts[2] + i * stride] = Scalars.compare(op, p, q) ? 1 : 0;
        }
    }

    /** {@code out = condition != 0 ? a : b}; {@code condition} is I32. */
    void select(View condition, View a, View b, View out) {
        int[] conditions = array(condition).ints();
        HostArray left = array(a);
        HostArray right = array(b);
        HostArray to = array(out);
        LoopNest nest = new LoopNest(condition.layout(), a.layout(), b.layout(), out.layout());
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            for (int i = 0; i < n; i++) {
                long chosen = conditions[starts[0] + i * nest.stride(0)] != 0
                        ? left.getLong(starts[1] + i * nest.stride(1))
                        : right.getLong(starts[2] + i * nest.stride(2));
                to.setLong(starts[3] + i * nest.stride(3), chosen);
            }
        });
    }

    /** Sets every element, cut to the dtype. */
    void fill(double value, View out) {
        HostArray to = array(out);
        LoopNest nest = new LoopNest(out.layout());
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            for (int i = 0; i < n; i++) {
                to.setDouble(starts[0] + i * nest.stride(0), value);
            }
        });
    }

    /** Reduces the axes along which {@code out}, of the same rank, has size 1; on one thread. */
    void reduce(ReduceOp op, View x, View out) {
        HostArray from = array(x);
        HostArray to = array(out);
        LoopNest results = new LoopNest(out.layout());
        for (int i = 0; i < results.elements(); i++) {
            to.setLong(results.position(0, i), neutral(op, out.dtype()));
        }
        LoopNest nest = new LoopNest(x.layout(), out.layout().expand(x.shape()));
        LoopNest.Cursor cursor = nest.new Cursor(0);
        for (int row = 0; row < nest.rows(); row++) {
            for (int i = 0; i < nest.rowLength(); i++) {
                int target = cursor.start(1) + i * nest.stride(1);
                long value = from.getLong(cursor.start(0) + i * nest.stride(0));
                to.setLong(target, Scalars.combine(op, to.getLong(target), value));
            }
            cursor.next();
        }
    }

    private static long neutral(ReduceOp op, DType dtype) {
        boolean wide = dtype == DType.I64;
        return switch (op) {
            case SUM -> 0;
            case MAX -> wide ? Long.MIN_VALUE : Integer.MIN_VALUE;
            case MIN -> wide ? Long.MAX_VALUE : Integer.MAX_VALUE;
        };
    }

    private static HostArray array(View view) {
        return (HostArray) view.storage();
    }
}
