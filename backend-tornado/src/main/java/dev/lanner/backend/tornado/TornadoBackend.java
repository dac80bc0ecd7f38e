package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.Optional;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Tensors on a device that TornadoVM compiles for, by OpenCL, PTX or CUDA: F32, I32 and I64. Used operation by operation it is right but
 * slow, since TornadoVM keeps data on the device only within one plan: every operation sends its operands there and its
 * result back. Thread-safe; one operation runs at a time.
 */
public final class TornadoBackend implements Backend {
    /** The name by which it is asked for. */
    public static final String NAME = "tornado";

    private static final System.Logger LOG = System.getLogger(TornadoBackend.class.getName());

    private final TornadoDevice device;
    private final EagerDispatcher eager;
    private final StoragePool pool = new StoragePool();
    private final PlainOps plain;
    private final FusedKernels fused;
    private boolean warned;

    /** A backend on a device, of which {@link Devices} knows. */
    TornadoBackend(TornadoDevice device) {
        this.device = device;
        eager = new EagerDispatcher(device);
        Memory memory = memory();
        plain = new PlainOps(this::dispatch, memory);
        fused = new FusedKernels(this::dispatch, memory, plain);
    }

    private Memory memory() {
        return new Memory() {
            @Override
            public TornadoStorage take(DType dtype, int size) {
                return (TornadoStorage) allocate(dtype, size);
            }

            @Override
            public void giveBack(TornadoStorage storage) {
                release(storage);
            }
        };
    }

    private synchronized void dispatch(DeviceTask task) {
        if (!warned) {
            warned = true;
            LOG.log(
                    System.Logger.Level.INFO,
                    "Operations run one by one on {0}: each sends its data there and back, which is slow. What is recorded as a"
                            + " program stays on the device.",
                    Devices.describe(device));
        }
        eager.dispatch(task);
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
    public synchronized Storage allocate(DType dtype, int size) {
        return pool.take(dtype, size);
    }

    @Override
    public synchronized void release(Storage storage) {
        pool.giveBack(TornadoStorage.of(storage));
    }

    @Override
    public void upload(HostArray source, Storage target, int count) {
        TornadoStorage.of(target).copyFrom(source, count);
    }

    @Override
    public void download(Storage source, int offset, HostArray target, int count) {
        TornadoStorage.of(source).copyTo(offset, target, count);
    }

    @Override
    public void copy(View x, View out) {
        plain.copy(x, out);
    }

    @Override
    public void fill(double value, View out) {
        plain.fill(value, out);
    }

    @Override
    public void unary(UnaryOp op, View x, View out) {
        plain.unary(op, x, out);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        plain.binary(op, a, b, out);
    }

    @Override
    public void compare(CompareOp op, View a, View b, View out) {
        plain.compare(op, a, b, out);
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        plain.select(condition, a, b, out);
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        plain.reduce(op, x, out);
    }

    @Override
    public void argReduce(ReduceOp op, View x, int axis, View out) {
        plain.argReduce(op, x, axis, out);
    }

    @Override
    public void topK(View x, View values, View indices) {
        plain.topK(x, values, indices);
    }

    @Override
    public void matmul(double alpha, View a, View b, double beta, View out) {
        plain.matmul(alpha, a, b, beta, out);
    }

    @Override
    public void gatherRows(View table, View indices, View out) {
        plain.gatherRows(table, indices, out);
    }

    @Override
    public void scatterAddRows(View rows, View indices, View out) {
        plain.scatterAddRows(rows, indices, out);
    }

    @Override
    public void random(RandomOp op, RandomKey key, double a, double b, View out) {
        plain.random(op, key, a, b, out);
    }

    @Override
    public void synchronize() {
        // A plan's execution waits for its results.
    }

    @Override
    public Optional<FusedKernel> kernel(FusedOp op) {
        return fused.find(op);
    }

    @Override
    public synchronized void close() {
        eager.close();
        pool.clear();
    }

    @Override
    public String toString() {
        return NAME + " on " + Devices.describe(device);
    }
}
