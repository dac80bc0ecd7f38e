package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Optional;

/**
 * Tensors on the cores of this machine: F32 by SIMD kernels on {@code float[]} and a fixed pool of threads, with the same bits for
 * every number of threads. I32 and I64 carry indices and times, whose operations are few and small: the reference's loops do them.
 */
public final class CpuBackend implements Backend {
    /** The name by which it is asked for. */
    public static final String NAME = "cpu";
    /** The system property with the number of threads; default: all cores. */
    public static final String THREADS = "lanner.threads";

    private static final System.Logger LOG = System.getLogger(CpuBackend.class.getName());
    /** Numbers drawn by one task; a multiple of a Philox block. */
    private static final int RANDOM_GRAIN = 1 << 14;

    private final WorkerPool pool;
    private final BufferPool buffers = new BufferPool(Runtime.getRuntime().maxMemory() / 2);
    private final ReferenceBackend plain = new ReferenceBackend();
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Selection selection;
    private final RowIndexing rows;
    private final FusedKernels fused;

    /**
     * A backend with its own threads.
     *
     * @param threads positive
     */
    public CpuBackend(int threads) {
        pool = new WorkerPool(threads);
        RowFunctions functions = RowFunctions.choose();
        elementwise = new Elementwise(pool, functions);
        reductions = new Reductions(pool, functions);
        selection = new Selection(pool);
        rows = new RowIndexing(pool);
        fused = new FusedKernels(pool);
        if (!SimdSupport.available()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The module jdk.incubator.vector is missing, so scalar kernels run, several times slower; start the JVM with"
                            + " --add-modules jdk.incubator.vector");
        }
    }

    /** The number of threads that {@link #THREADS} asks for, else that of the cores. */
    static int configuredThreads() {
        String text = System.getProperty(THREADS);
        if (text == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(text);
            if (threads >= 1) {
                return threads;
            }
        } catch (NumberFormatException e) {
            throw new BackendException("-D" + THREADS + " must be a whole number, found \"" + text + "\"", e);
        }
        throw new BackendException("-D" + THREADS + " must be at least 1, found " + text);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype != DType.F64;
    }

    @Override
    public Storage allocate(DType dtype, int size) {
        return buffers.take(dtype, size);
    }

    @Override
    public void release(Storage storage) {
        buffers.giveBack((HostArray) storage);
    }

    @Override
    public void upload(HostArray source, Storage target, int count) {
        plain.upload(source, target, count);
    }

    @Override
    public void download(Storage source, int offset, HostArray target, int count) {
        plain.download(source, offset, target, count);
    }

    @Override
    public void copy(View x, View out) {
        if (isFloat(x) && isFloat(out)) {
            elementwise.copy(x, out);
        } else {
            plain.copy(x, out);
        }
    }

    @Override
    public void fill(double value, View out) {
        if (isFloat(out)) {
            elementwise.fill((float) value, out);
        } else {
            plain.fill(value, out);
        }
    }

    @Override
    public void unary(UnaryOp op, View x, View out) {
        if (isFloat(x)) {
            elementwise.unary(op, x, out);
        } else {
            plain.unary(op, x, out);
        }
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        if (isFloat(a)) {
            elementwise.binary(op, a, b, out);
        } else {
            plain.binary(op, a, b, out);
        }
    }

    @Override
    public void compare(CompareOp op, View a, View b, View out) {
        if (isFloat(a)) {
            elementwise.compare(op, a, b, out);
        } else {
            plain.compare(op, a, b, out);
        }
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        if (isFloat(a)) {
            elementwise.select(condition, a, b, out);
        } else {
            plain.select(condition, a, b, out);
        }
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        if (!isFloat(x) || Elementwise.isEmpty(x) || !out.layout().isContiguous()) {
            plain.reduce(op, x, out);
            return;
        }
        Reductions.Plan plan = Reductions.Plan.of(x.shape(), out.shape());
        switch (plan.kind()) {
            case TRAILING -> withContiguous(x, packed -> reductions.rows(op, packed, out, plan.rows(), plan.columns()));
            case LEADING ->
                withContiguous(x, packed -> reductions.columns(op, packed, out, plan.rows(), plan.columns()));
            case MIXED -> {
                View moved = new View(x.storage(), Reductions.keptFirst(x.layout(), out.shape()));
                withContiguous(moved, packed -> reductions.rows(op, packed, out, plan.rows(), plan.columns()));
            }
        }
    }

    @Override
    public void argReduce(ReduceOp op, View x, int axis, View out) {
        if (!isFloat(x) || Elementwise.isEmpty(x)) {
            plain.argReduce(op, x, axis, out);
            return;
        }
        int last = x.shape().rank() - 1;
        int columns = x.shape().size(axis);
        int count = out.shape().elements();
        int[] found = new int[count];
        View moved = new View(x.storage(), x.layout().transpose(axis, last));
        withContiguous(
                moved,
                packed -> selection.argReduce(
                        op, Elementwise.floats(packed), packed.layout().offset(), count, columns, found));
        Shape shape = out.layout().transpose(axis, last).shape();
        View result = new View(HostArray.of(found), Layout.contiguous(shape).transpose(axis, last));
        plain.copy(result, out);
    }

    @Override
    public void topK(View x, View values, View indices) {
        boolean packedOut = values.layout().isContiguous() && indices.layout().isContiguous();
        if (!isFloat(x) || Elementwise.isEmpty(x) || !packedOut) {
            plain.topK(x, values, indices);
            return;
        }
        int columns = x.shape().size(-1);
        int count = x.shape().elements() / columns;
        withContiguous(
                x,
                packed -> selection.topK(
                        Elementwise.floats(packed),
                        packed.layout().offset(),
                        count,
                        columns,
                        values.shape().size(-1),
                        Elementwise.floats(values),
                        values.layout().offset(),
                        ((HostArray) indices.storage()).ints(),
                        indices.layout().offset()));
    }

    @Override
    public void matmul(double alpha, View a, View b, double beta, View out) {
        int rank = out.shape().rank();
        int m = out.shape().size(-2);
        int n = out.shape().size(-1);
        int k = a.shape().size(-1);
        if (Elementwise.isEmpty(out)) {
            return;
        }
        if (n > 1 && out.layout().stride(rank - 1) != 1) {
            View packed = contiguous(out.shape());
            if (beta != 0) {
                copy(out, packed);
            }
            matmul(alpha, a, b, beta, packed);
            copy(packed, out);
            release(packed.storage());
            return;
        }
        for (int batch = 0; batch < out.shape().elements() / (m * n); batch++) {
            // With an inner dimension of 0 there is no element to point at, and none is read.
            int aStart = k == 0 ? 0 : a.layout().position(batch * m * k);
            int bStart = k == 0 ? 0 : b.layout().position(batch * k * n);
            Gemm.gemm(
                    pool,
                    m,
                    n,
                    k,
                    (float) alpha,
                    Elementwise.floats(a),
                    aStart,
                    a.layout().stride(rank - 2),
                    a.layout().stride(rank - 1),
                    Elementwise.floats(b),
                    bStart,
                    b.layout().stride(rank - 2),
                    b.layout().stride(rank - 1),
                    (float) beta,
                    Elementwise.floats(out),
                    out.layout().position(batch * m * n),
                    out.layout().stride(rank - 2));
        }
    }

    @Override
    public void gatherRows(View table, View indices, View out) {
        int width = table.shape().size(1);
        if (!isFloat(table)
                || !adjacentRows(table)
                || !adjacentRows(out)
                || !indices.layout().isContiguous()) {
            plain.gatherRows(table, indices, out);
            return;
        }
        rows.gather(
                Elementwise.floats(table),
                table.layout().offset(),
                table.layout().stride(0),
                ((HostArray) indices.storage()).ints(),
                indices.layout().offset(),
                out.shape().size(0),
                Elementwise.floats(out),
                out.layout().offset(),
                out.layout().stride(0),
                width);
    }

    @Override
    public void scatterAddRows(View source, View indices, View out) {
        if (!isFloat(source)
                || !adjacentRows(source)
                || !adjacentRows(out)
                || !indices.layout().isContiguous()) {
            plain.scatterAddRows(source, indices, out);
            return;
        }
        rows.scatterAdd(
                Elementwise.floats(source),
                source.layout().offset(),
                source.layout().stride(0),
                ((HostArray) indices.storage()).ints(),
                indices.layout().offset(),
                source.shape().size(0),
                Elementwise.floats(out),
                out.layout().offset(),
                out.layout().stride(0),
                out.shape().size(1));
    }

    @Override
    public void random(RandomOp op, RandomKey key, double a, double b, View out) {
        boolean integers = out.dtype() == DType.I32;
        if (!out.layout().isContiguous() || !(integers || isFloat(out))) {
            plain.random(op, key, a, b, out);
            return;
        }
        int count = out.shape().elements();
        int offset = out.layout().offset();
        HostArray target = (HostArray) out.storage();
        pool.run(WorkerPool.tasks(count, RANDOM_GRAIN), (task, scratch) -> {
            int first = task * RANDOM_GRAIN;
            int n = Math.min(RANDOM_GRAIN, count - first);
            if (integers) {
                Draws.ints(key, (int) a, (int) b, first, target.ints(), offset + first, n);
            } else {
                Draws.floats(op, key, a, b, first, target.floats(), offset + first, n);
            }
        });
    }

    @Override
    public void synchronize() {
        // Everything is done when a call returns.
    }

    @Override
    public Optional<FusedKernel> kernel(FusedOp op) {
        return fused.find(op);
    }

    @Override
    public void close() {
        pool.close();
        buffers.clear();
    }

    private interface Use {
        void of(View contiguous);
    }

    /** Lends a contiguous form of a view: itself, or a copy for the time of the call. */
    private void withContiguous(View x, Use use) {
        if (x.layout().isContiguous()) {
            use.of(x);
            return;
        }
        View packed = contiguous(x.shape());
        elementwise.copy(x, packed);
        use.of(packed);
        release(packed.storage());
    }

    private View contiguous(Shape shape) {
        return new View(allocate(DType.F32, shape.elements()), Layout.contiguous(shape));
    }

    /** Whether the elements of each row are adjacent. */
    private static boolean adjacentRows(View matrix) {
        return matrix.shape().size(1) <= 1 || matrix.layout().stride(1) == 1;
    }

    private static boolean isFloat(View view) {
        return view.dtype() == DType.F32;
    }
}
