package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.Arrays;

/** Element-wise operations on F32 views of any layout with at least one element. */
final class Elementwise {
    private final WorkerPool pool;
    private final ElementKernels kernels;

    /** Operations by the kernels given. */
    Elementwise(WorkerPool pool, ElementKernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
    }

    /** {@code out = op(x)}. */
    void unary(UnaryOp op, View x, View out) {
        LoopNest nest = new LoopNest(x.layout(), out.layout());
        float[] from = floats(x);
        float[] to = floats(out);
        int xStride = nest.stride(0);
        int stride = nest.stride(1);
        if (xStride == 0) {
            // A row of equal elements, to which one function value belongs.
            RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
                float[] value = scratch.floats(0, 1);
                kernels.unary(op, from, starts[0], value, 0, 1);
                fill(value[0], to, starts[1], stride, n);
            });
            return;
        }
        RowWalk.run(pool, nest, Piece.limit(nest), (starts, n, scratch) -> {
            Piece p = Piece.source(kernels, from, starts[0], xStride, n, scratch, 0);
            Piece r = Piece.target(to, starts[1], stride, scratch, 1);
            kernels.unary(op, p.values(), p.offset(), r.values(), r.offset(), n);
            r.putTo(to, starts[1], stride, n);
        });
    }

    /** {@code out = op(a, b)}. */
    void binary(BinaryOp op, View a, View b, View out) {
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout());
        float[] left = floats(a);
        float[] right = floats(b);
        float[] to = floats(out);
        int stride = nest.stride(2);
        if (nest.stride(0) == 1 && nest.stride(1) == 1 && stride == 1) {
            // Rows are often short and many, such as the slices of a matrix: nothing is made for each of them.
            RowWalk.run(
                    pool,
                    nest,
                    Integer.MAX_VALUE,
                    (starts, n, scratch) ->
                            kernels.binary(op, left, starts[0], 1, right, starts[1], 1, to, starts[2], n));
            return;
        }
        RowWalk.run(pool, nest, Piece.limit(nest), (starts, n, scratch) -> {
            Piece p = Piece.source(kernels, left, starts[0], nest.stride(0), n, scratch, 0);
            Piece q = Piece.source(kernels, right, starts[1], nest.stride(1), n, scratch, 1);
            Piece r = Piece.target(to, starts[2], stride, scratch, 2);
            kernels.binary(
                    op, p.values(), p.offset(), p.step(), q.values(), q.offset(), q.step(), r.values(), r.offset(), n);
            r.putTo(to, starts[2], stride, n);
        });
    }

    /** {@code out = op(a, b)} as 1 or 0; {@code out} is I32. */
    void compare(CompareOp op, View a, View b, View out) {
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout());
        float[] left = floats(a);
        float[] right = floats(b);
        int[] to = ((HostArray) out.storage()).ints();
        int stride = nest.stride(2);
        RowWalk.run(pool, nest, Piece.limit(nest), (starts, n, scratch) -> {
            Piece p = Piece.source(kernels, left, starts[0], nest.stride(0), n, scratch, 0);
            Piece q = Piece.source(kernels, right, starts[1], nest.stride(1), n, scratch, 1);
            int[] result = stride == 1 ? to : scratch.ints(0, Piece.PACKED);
            int at = stride == 1 ? starts[2] : 0;
            kernels.compare(op, p.values(), p.offset(), p.step(), q.values(), q.offset(), q.step(), result, at, n);
            for (int i = 0; stride != 1 && i < n; i++) {
                to[starts[2] + i * stride] = result[i];
            }
        });
    }

    /** {@code out = condition != 0 ? a : b}; {@code condition} is I32. */
    void select(View condition, View a, View b, View out) {
        LoopNest nest = new LoopNest(a.layout(), b.layout(), out.layout(), condition.layout());
        int[] conditions = ((HostArray) condition.storage()).ints();
        float[] left = floats(a);
        float[] right = floats(b);
        float[] to = floats(out);
        int stride = nest.stride(2);
        int cStride = nest.stride(3);
        int limit = cStride == 1 ? Piece.limit(nest) : Piece.PACKED;
        RowWalk.run(pool, nest, limit, (starts, n, scratch) -> {
            Piece p = Piece.source(kernels, left, starts[0], nest.stride(0), n, scratch, 0);
            Piece q = Piece.source(kernels, right, starts[1], nest.stride(1), n, scratch, 1);
            Piece r = Piece.target(to, starts[2], stride, scratch, 2);
            int[] chosen = cStride == 1 ? conditions : scratch.ints(0, Piece.PACKED);
            int at = cStride == 1 ? starts[3] : 0;
            for (int i = 0; cStride != 1 && i < n; i++) {
                chosen[i] = conditions[starts[3] + i * cStride];
            }
            kernels.select(
                    chosen,
                    at,
                    p.values(),
                    p.offset(),
                    p.step(),
                    q.values(),
                    q.offset(),
                    q.step(),
                    r.values(),
                    r.offset(),
                    n);
            r.putTo(to, starts[2], stride, n);
        });
    }

    /** {@code out = x}. */
    void copy(View x, View out) {
        LoopNest nest = new LoopNest(x.layout(), out.layout());
        float[] from = floats(x);
        float[] to = floats(out);
        int xStride = nest.stride(0);
        int stride = nest.stride(1);
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            if (xStride == 1 && stride == 1) {
                System.arraycopy(from, starts[0], to, starts[1], n);
            } else if (xStride == 0) {
                fill(from[starts[0]], to, starts[1], stride, n);
            } else {
                for (int i = 0; i < n; i++) {
                    to[starts[1] + i * stride] = from[starts[0] + i * xStride];
                }
            }
        });
    }

    /** Sets every element. */
    void fill(float value, View out) {
        LoopNest nest = new LoopNest(out.layout());
        float[] to = floats(out);
        RowWalk.run(
                pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> fill(value, to, starts[0], nest.stride(0), n));
    }

    private static void fill(float value, float[] to, int start, int stride, int n) {
        if (stride == 1) {
            Arrays.fill(to, start, start + n, value);
        } else {
            for (int i = 0; i < n; i++) {
                to[start + i * stride] = value;
            }
        }
    }

    /** The array of an F32 view. */
    static float[] floats(View view) {
        return ((HostArray) view.storage()).floats();
    }
}
