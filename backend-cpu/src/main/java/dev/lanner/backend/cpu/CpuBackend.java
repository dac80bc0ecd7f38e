package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tensors on the cores of this machine: F32 by SIMD kernels on {@code float[]} and a fixed pool of threads, with the same bits for
 * every number of threads. I32 and I64 carry indices and times; what is rare on them, the reference backend does. Thread-safe.
 */
public final class CpuBackend implements Backend {
    /** The name by which it is asked for. */
    public static final String NAME = "cpu";
    /** The system property with the number of threads; default: all cores. */
    public static final String THREADS = "lanner.threads";

    /** More would only cost memory for their stacks. */
    private static final int MOST_THREADS = 1024;

    private static final System.Logger LOG = System.getLogger(CpuBackend.class.getName());
    private static final AtomicBoolean WARNED = new AtomicBoolean();
    /** Numbers drawn by one task: whole blocks of the generator. */
    private static final int RANDOM_GRAIN = 1 << 14;

    private final WorkerPool pool;
    private final BufferPool buffers;
    private final ReferenceBackend plain = new ReferenceBackend();
    private final Elementwise elementwise;
    private final IntegerOps integers;
    private final Temporaries temporaries;
    private final Reductions reductions;
    private final Selection selection;
    private final Matmul products;
    private final RowIndexing rows;
    private final FusedKernels fused;

    /**
     * A backend with its own threads, which end when it is closed.
     *
     * @param threads at least 1
     */
    public CpuBackend(int threads) {
        pool = new WorkerPool(threads);
        // Half of the heap: what a training step gives back is all taken again by the next one.
        buffers = new BufferPool(Runtime.getRuntime().maxMemory() / 2);
        elementwise = new Elementwise(pool, ElementKernels.choose());
        integers = new IntegerOps(pool);
        temporaries = new Temporaries(buffers, new Copies(pool, elementwise));
        ReduceKernels kernels = ReduceKernels.choose();
        reductions = new Reductions(pool, kernels, temporaries);
        selection = new Selection(pool, kernels);
        products = new Matmul(pool);
        rows = new RowIndexing(pool, kernels);
        fused = new FusedKernels(pool);
        if (!SimdSupport.available() && WARNED.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The module jdk.incubator.vector is missing, so scalar kernels run, several times slower; start the JVM with"
                            + " --add-modules jdk.incubator.vector");
        }
    }

    /**
     * The number of threads that {@link #THREADS} asks for, else that of the cores.
     *
     * @throws BackendException if the property is not a whole number from 1 to 1024
     */
    static int configuredThreads() {
        String text = System.getProperty(THREADS, "").trim();
        if (text.isEmpty()) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(text);
            if (threads >= 1 && threads <= MOST_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            throw new BackendException(THREADS + ": expected a whole number, found \"" + text + "\"", e);
        }
        throw new BackendException(THREADS + ": must be in 1.." + MOST_THREADS + ", found " + text);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype != DType.F64;
    }

    /**
     * Takes memory from the pool.
     *
     * @throws BackendException if the dtype is F64
     */
    @Override
    public Storage allocate(DType dtype, int size) {
        if (!supports(dtype)) {
            throw new BackendException("the cpu backend does not compute in " + dtype
                    + "; the reference backend does (-Dbackend=reference)");
        }
        return buffers.take(dtype, size);
    }

    @Override
    public void release(Storage storage) {
        buffers.giveBack(array(storage).handOn());
    }

    @Override
    public void upload(HostArray source, Storage target, int count) {
        array(target).copyFrom(source, 0, 0, count);
    }

    @Override
    public void download(Storage source, int offset, HostArray target, int count) {
        target.copyFrom(array(source), offset, 0, count);
    }

    @Override
    public void copy(View x, View out) {
        temporaries.copy(x, out);
    }

    @Override
    public void fill(double value, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (isFloat(out)) {
            elementwise.fill((float) value, out);
        } else {
            integers.fill(value, out);
        }
    }

    @Override
    public void unary(UnaryOp op, View x, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (isFloat(x)) {
            elementwise.unary(op, x, out);
        } else {
            integers.unary(op, x, out);
        }
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (isFloat(a)) {
            elementwise.binary(op, a, b, out);
        } else {
            integers.binary(op, a, b, out);
        }
    }

    @Override
    public void compare(CompareOp op, View a, View b, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (isFloat(a)) {
            elementwise.compare(op, a, b, out);
        } else {
            integers.compare(op, a, b, out);
        }
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (isFloat(a)) {
            elementwise.select(condition, a, b, out);
        } else {
            integers.select(condition, a, b, out);
        }
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        if (isEmpty(x)) {
            fill(0, out);
        } else if (isFloat(x)) {
            reductions.reduce(op, x, out);
        } else {
            integers.reduce(op, x, out);
        }
    }

    @Override
    public void argReduce(ReduceOp op, View x, int axis, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (!isFloat(x)) {
            plain.argReduce(op, x, axis, out);
            return;
        }
        int last = x.shape().rank() - 1;
        View moved = new View(x.storage(), x.layout().transpose(axis, last));
        View target = new View(out.storage(), out.layout().transpose(axis, last));
        temporaries.readContiguous(
                moved, from -> temporaries.writeContiguous(target, to -> selection.argReduce(op, from, to)));
    }

    @Override
    public void topK(View x, View values, View indices) {
        if (isEmpty(values)) {
            return;
        }
        if (!isFloat(x)) {
            plain.topK(x, values, indices);
            return;
        }
        temporaries.readContiguous(
                x,
                from -> temporaries.writeContiguous(
                        values, to -> temporaries.writeContiguous(indices, at -> selection.topK(from, to, at))));
    }

    @Override
    public void matmul(double alpha, View a, View b, double beta, View out) {
        if (isEmpty(out)) {
            return;
        }
        boolean adjacent =
                out.shape().size(-1) == 1 || out.layout().stride(out.shape().rank() - 1) == 1;
        if (adjacent) {
            products.multiply((float) alpha, a, b, (float) beta, out);
        } else {
            temporaries.updateContiguous(out, to -> products.multiply((float) alpha, a, b, (float) beta, to));
        }
    }

    @Override
    public void gatherRows(View table, View indices, View out) {
        if (isEmpty(out)) {
            return;
        }
        if (RowIndexing.hasAdjacentRows(table) && RowIndexing.hasAdjacentRows(out)) {
            rows.gather(table, indices, out);
        } else {
            temporaries.readContiguous(
                    table, from -> temporaries.writeContiguous(out, to -> rows.gather(from, indices, to)));
        }
    }

    @Override
    public void scatterAddRows(View source, View indices, View out) {
        if (isEmpty(source)) {
            return;
        }
        if (!isFloat(source)) {
            plain.scatterAddRows(source, indices, out);
            return;
        }
        if (!RowIndexing.hasAdjacentRows(source)) {
            temporaries.copied(source, from -> scatterAddRows(from, indices, out));
        } else if (!RowIndexing.hasAdjacentRows(out)) {
            temporaries.updateContiguous(out, to -> scatterAddRows(source, indices, to));
        } else {
            temporaries.readContiguous(indices, at -> rows.scatterAdd(source, at, out));
        }
    }

    @Override
    public void random(RandomOp op, RandomKey key, double a, double b, View out) {
        temporaries.writeContiguous(out, to -> draw(op, key, a, b, to));
    }

    private void draw(RandomOp op, RandomKey key, double a, double b, View out) {
        int count = out.shape().elements();
        HostArray target = array(out.storage());
        pool.run(WorkerPool.tasks(count, RANDOM_GRAIN), (task, scratch) -> {
            int first = task * RANDOM_GRAIN;
            int at = out.layout().offset() + first;
            int n = Math.min(RANDOM_GRAIN, count - first);
            if (op == RandomOp.UNIFORM_INT) {
                fused.randoms().ints(key, (int) a, (int) b, first, target.ints(), at, n);
            } else {
                Draws.floats(op, key, a, b, first, target.floats(), at, n);
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

    private static boolean isEmpty(View view) {
        return view.shape().elements() == 0;
    }

    private static boolean isFloat(View view) {
        return view.dtype() == DType.F32;
    }

    private static HostArray array(Storage storage) {
        return (HostArray) storage;
    }
}
