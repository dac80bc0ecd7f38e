package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;

/** Copies between views of one shape, of any layouts and dtypes. Integers round to the nearest float, floats are cut. */
final class Copies {
    private final WorkerPool pool;
    private final Elementwise elementwise;

    /** Copies by these threads; those of F32 by this. */
    Copies(WorkerPool pool, Elementwise elementwise) {
        this.pool = pool;
        this.elementwise = elementwise;
    }

    /** {@code out = x}. */
    void copy(View x, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        if (x.dtype() == DType.F32 && out.dtype() == DType.F32) {
            elementwise.copy(x, out);
            return;
        }
        HostArray from = (HostArray) x.storage();
        HostArray to = (HostArray) out.storage();
        LoopNest nest = new LoopNest(x.layout(), out.layout());
        int xStride = nest.stride(0);
        int stride = nest.stride(1);
        RowWalk.run(pool, nest, Integer.MAX_VALUE, (starts, n, scratch) -> {
            if (from.dtype() == to.dtype() && xStride == 1 && stride == 1) {
                to.copyFrom(from, starts[0], starts[1], n);
            } else if (from.dtype() == DType.I32 && to.dtype() == DType.F32) {
                intsToFloats(from.ints(), starts[0], xStride, to.floats(), starts[1], stride, n);
            } else if (from.dtype() == DType.F32) {
                // The only way on which what is too large for an integer becomes the largest one.
                for (int i = 0; i < n; i++) {
                    to.setDouble(starts[1] + i * stride, from.getDouble(starts[0] + i * xStride));
                }
            } else {
                // Not through a double, which would round twice.
                for (int i = 0; i < n; i++) {
                    to.setLong(starts[1] + i * stride, from.getLong(starts[0] + i * xStride));
                }
            }
        });
    }

    /** Masks become factors by this, so it has a loop of its own. */
    private static void intsToFloats(int[] x, int xo, int xStride, float[] out, int oo, int stride, int n) {
        if (xStride == 1 && stride == 1) {
            for (int i = 0; i < n; i++) {
                out[oo + i] = x[xo + i];
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            out[oo + i * stride] = x[xo + i * xStride];
        }
    }
}
