package dev.lanner.backend.cpu;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.View;

/** Products of batches of F32 matrices. */
final class Matmul {
    private final WorkerPool pool;

    /** Products by these threads. */
    Matmul(WorkerPool pool) {
        this.pool = pool;
    }

    /**
     * {@code out = alpha a b + beta out}, by a call of {@link Gemm} for each matrix of the batch; for all of them together where they
     * share the right operand and lie evenly.
     *
     * @param out not empty; the elements of each row are adjacent
     */
    void multiply(float alpha, View a, View b, float beta, View out) {
        int rank = out.shape().rank();
        int m = out.shape().size(-2);
        int n = out.shape().size(-1);
        int k = a.shape().size(-1);
        if (k > 0 && isShared(b.layout())) {
            LoopNest rows = new LoopNest(
                    a.layout().slice(rank - 1, 0, 1, 1), out.layout().slice(rank - 1, 0, 1, 1));
            if (rows.rows() == 1) {
                int aRow = rows.stride(0);
                int outRow = rows.stride(1);
                gemm(
                        alpha,
                        a,
                        a.layout().offset(),
                        rows.elements(),
                        aRow,
                        b,
                        b.layout().offset(),
                        beta,
                        out,
                        out.layout().offset(),
                        outRow);
                return;
            }
        }
        int aRow = a.layout().stride(rank - 2);
        int outRow = out.layout().stride(rank - 2);
        for (int batch = 0; batch < out.shape().elements() / (m * n); batch++) {
            // With an inner dimension of 0 there is no element to point at, and none is read.
            int aStart = k == 0 ? 0 : a.layout().position(batch * m * k);
            int bStart = k == 0 ? 0 : b.layout().position(batch * k * n);
            int start = out.layout().position(batch * m * n);
            gemm(alpha, a, aStart, m, aRow, b, bStart, beta, out, start, outRow);
        }
    }

    /** Whether all matrices of a batch are one. */
    private static boolean isShared(Layout batch) {
        for (int axis = 0; axis < batch.shape().rank() - 2; axis++) {
            if (batch.shape().size(axis) > 1 && batch.stride(axis) != 0) {
                return false;
            }
        }
        return true;
    }

    private void gemm(
            float alpha,
            View a,
            int aStart,
            int m,
            int aRow,
            View b,
            int bStart,
            float beta,
            View out,
            int start,
            int outRow) {
        int rank = out.shape().rank();
        Gemm.gemm(
                pool,
                m,
                out.shape().size(-1),
                a.shape().size(-1),
                alpha,
                Elementwise.floats(a),
                aStart,
                aRow,
                a.layout().stride(rank - 1),
                Elementwise.floats(b),
                bStart,
                b.layout().stride(rank - 2),
                b.layout().stride(rank - 1),
                beta,
                Elementwise.floats(out),
                start,
                outRow);
    }
}
