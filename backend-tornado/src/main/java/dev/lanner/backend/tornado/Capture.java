package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Launch;
import dev.lanner.tensor.backend.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns the launches of a recording into tasks, by making them on a backend that puts its tasks on a list. */
final class Capture extends DispatchingBackend implements Memory {
    /** An operation whose reference reads values cannot be made of tasks without a kernel. */
    private static final String NO_KERNEL =
            "program: the tornado backend has no kernel of an operation that looks at values; use -Dbackend=cpu";

    private final TornadoBackend owner;
    private final List<DeviceTask> tasks = new ArrayList<>();
    /** What was taken from the owner, until {@link #close}. */
    private final List<TornadoStorage> taken = new ArrayList<>();

    private final Map<DType, Deque<TornadoStorage>> free = new EnumMap<>(DType.class);
    /** Holds values that each run reads. */
    private final Set<TornadoStorage> fixed = Collections.newSetFromMap(new IdentityHashMap<>());

    private final TornadoStorage step;

    Capture(TornadoBackend owner, List<Launch> launches) {
        this.owner = owner;
        start(tasks::add, this);
        step = fix(fresh(DType.I32, 1));
        try {
            for (Launch launch : launches) {
                launch.run(this, RandomKey.EACH_STEP);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The tasks, in order. */
    List<DeviceTask> tasks() {
        return tasks;
    }

    /** Where the step of a run is to be written. */
    TornadoStorage step() {
        return step;
    }

    /** All memory of the program's own, the step's and the fixed one too. */
    List<TornadoStorage> temporaries() {
        return taken;
    }

    /** Storages that hold values from the beginning on. */
    Set<TornadoStorage> fixed() {
        return fixed;
    }

    private TornadoStorage fresh(DType dtype, int size) {
        TornadoStorage storage = TornadoStorage.of(owner.allocate(dtype, size));
        taken.add(storage);
        return storage;
    }

    private TornadoStorage fix(TornadoStorage storage) {
        fixed.add(storage);
        return storage;
    }

    @Override
    public TornadoStorage take(DType dtype, int size) {
        Deque<TornadoStorage> candidates = free.computeIfAbsent(dtype, any -> new ArrayDeque<>());
        for (TornadoStorage candidate : candidates) {
            // One that is far too large had better wait for whom it fits.
            if (candidate.size() >= size && candidate.size() / 4 <= Math.max(size, 1024)) {
                candidates.remove(candidate);
                return candidate;
            }
        }
        return fresh(dtype, size);
    }

    @Override
    public void giveBack(TornadoStorage storage) {
        if (!fixed.contains(storage)) {
            free.get(storage.dtype()).push(storage);
        }
    }

    @Override
    public TornadoStorage holding(HostArray values, int count) {
        TornadoStorage storage = fix(fresh(values.dtype(), count));
        storage.copyFrom(values, count);
        return storage;
    }

    @Override
    public boolean isForProgram() {
        return true;
    }

    @Override
    public TornadoStorage step(int fixedStep) {
        return fixedStep == RandomKey.EACH_STEP ? step : holding(HostArray.of(new int[] {fixedStep}), 1);
    }

    @Override
    public Storage allocate(DType dtype, int size) {
        throw new BackendException(NO_KERNEL);
    }

    @Override
    public void release(Storage storage) {
        throw new BackendException(NO_KERNEL);
    }

    @Override
    public void upload(HostArray source, Storage target, int count) {
        throw new BackendException(NO_KERNEL);
    }

    @Override
    public void download(Storage source, int offset, HostArray target, int count) {
        throw new BackendException(NO_KERNEL);
    }

    @Override
    public void synchronize() {
        // Nothing runs.
    }

    @Override
    public void close() {
        taken.forEach(owner::release);
        taken.clear();
    }
}
