package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Recording;
import dev.lanner.tensor.backend.Replay;
import dev.lanner.tensor.backend.Storage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Tensors on a device that TornadoVM compiles for, by OpenCL, PTX or CUDA: F32, I32 and I64. Used operation by operation it is right but
 * slow, since TornadoVM keeps data on the device only within one plan: every operation sends its operands there and its
 * result back. Thread-safe; one operation runs at a time.
 */
public final class TornadoBackend extends DispatchingBackend {
    /** The name by which it is asked for. */
    public static final String NAME = "tornado";

    private static final System.Logger LOG = System.getLogger(TornadoBackend.class.getName());

    /** What may lie in the pool, when a program is closed or sizes vary. */
    private static final long MOST_UNUSED_BYTES = 1L << 30;

    private final TornadoDevice device;
    private final EagerDispatcher eager;
    private final StoragePool pool = new StoragePool(MOST_UNUSED_BYTES);
    private final List<TornadoReplay> replays = new CopyOnWriteArrayList<>();
    private boolean warned;

    /** A backend on a device, of which {@link Devices} knows. */
    TornadoBackend(TornadoDevice device) {
        this.device = device;
        eager = new EagerDispatcher(device);
        start(this::dispatch, memory());
    }

    /** Where its kernels take memory from. */
    Memory memory() {
        return new Memory() {
            @Override
            public TornadoStorage take(DType dtype, int size) {
                return (TornadoStorage) allocate(dtype, size);
            }

            @Override
            public void giveBack(TornadoStorage storage) {
                release(storage);
            }

            @Override
            public TornadoStorage holding(HostArray values, int count) {
                TornadoStorage storage = take(values.dtype(), count);
                storage.copyFrom(values, count);
                return storage;
            }

            @Override
            public TornadoStorage step(int step) {
                return holding(HostArray.of(new int[] {step}), 1);
            }
        };
    }

    /** Runs a task at once. */
    synchronized void dispatch(DeviceTask task) {
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
    public synchronized Storage allocate(DType dtype, int size) {
        return pool.take(dtype, size);
    }

    @Override
    public synchronized void release(Storage storage) {
        pool.giveBack(TornadoStorage.of(storage).handOn());
    }

    @Override
    public synchronized void upload(HostArray source, Storage target, int count) {
        TornadoStorage.of(target).copyFrom(source, count);
    }

    @Override
    public synchronized void download(Storage source, int offset, HostArray target, int count) {
        TornadoStorage.of(source).copyTo(offset, target, count);
    }

    @Override
    public void synchronize() {
        // A plan's execution waits for its results.
    }

    /** Makes the plan of a recording, whose kernels are compiled when it first runs. */
    @Override
    public synchronized Replay prepare(Recording recording) {
        TornadoReplay replay = new TornadoReplay(this, device, recording);
        replays.add(replay);
        return replay;
    }

    /** The programs that are not closed. */
    List<TornadoReplay> replays() {
        return List.copyOf(replays);
    }

    void forget(TornadoReplay replay) {
        replays.remove(replay);
    }

    @Override
    public boolean prefersPrograms() {
        return true;
    }

    @Override
    public synchronized void close() {
        List<Runnable> parts =
                List.of(() -> TornadoCall.forAll(replays, TornadoReplay::close), eager::close, pool::clear);
        TornadoCall.forAll(parts, Runnable::run);
    }

    @Override
    public String toString() {
        return NAME + " on " + Devices.describe(device);
    }
}
