package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Recording;
import dev.lanner.tensor.backend.Replay;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * A recording as one plan, whose data stays on the device. Each run sends the inputs and the step. What the program writes of the
 * tensors outside of it, such as parameters, stays there too and is fetched when somebody looks at it; what it only reads of them is
 * sent with each run, since others change it.
 */
final class TornadoReplay implements Replay, TornadoStorage.Holder {
    private static final System.Logger LOG = System.getLogger(TornadoReplay.class.getName());

    /** Kernels whose compilation takes so long that somebody may wonder. */
    private static final int WORTH_TELLING = 50;

    private final TornadoBackend owner;
    private final TornadoDevice device;
    private final Capture capture;
    private final Set<TornadoStorage> sent = identitySet();
    /** External storages that the program writes, with the number of their last change that the plan knows of. */
    private final IdentityHashMap<TornadoStorage, Long> resident = new IdentityHashMap<>();

    private final Set<TornadoStorage> outputs = identitySet();
    private ReplayPlan plan;
    private boolean wasCompiled;
    /** Why a run after the first, or a fetch at the end, has failed: what is on the device since is unknown. */
    private Throwable failure;

    TornadoReplay(TornadoBackend owner, TornadoDevice device, Recording recording) {
        this.owner = owner;
        this.device = device;
        capture = new Capture(owner, recording.launches());
        sent.add(capture.step());
        Set<TornadoStorage> known = identitySet();
        known.addAll(capture.fixed());
        for (Storage input : recording.inputs()) {
            sent.add(TornadoStorage.of(input));
        }
        for (Storage constant : recording.constants()) {
            known.add(TornadoStorage.of(constant));
        }
        for (Storage intermediate : recording.intermediates()) {
            known.add(TornadoStorage.of(intermediate));
        }
        known.addAll(capture.temporaries());
        known.addAll(sent);
        for (View output : recording.outputs()) {
            outputs.add(TornadoStorage.of(output.storage()));
        }
        for (DeviceTask task : capture.tasks()) {
            for (int i = 0; i < task.arguments().length; i++) {
                if (task.kernel().writes(i) && !known.contains(task.arguments()[i])) {
                    resident.put(task.arguments()[i], -1L);
                }
            }
        }
        for (DeviceTask task : capture.tasks()) {
            for (TornadoStorage argument : task.arguments()) {
                if (!known.contains(argument) && !resident.containsKey(argument)) {
                    sent.add(argument);
                }
            }
        }
        outputs.removeIf(output -> !isComputed(output));
    }

    private static <T> Set<T> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Whether a task writes it: an input may be an output as it is. */
    private boolean isComputed(TornadoStorage output) {
        for (DeviceTask task : capture.tasks()) {
            for (int i = 0; i < task.arguments().length; i++) {
                if (task.kernel().writes(i) && task.arguments()[i].equals(output)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void run(int step) {
        if (capture.tasks().isEmpty()) {
            return;
        }
        checkNotFailed();
        synchronized (owner) {
            runTasks(step);
        }
    }

    private void runTasks(int step) {
        capture.step().copyFrom(HostArray.of(new int[] {step}), 1);
        // The host's side is what is sent.
        sent.forEach(TornadoStorage::elements);
        if (plan != null && isOutdated()) {
            closePlan();
        }
        if (plan == null) {
            resident.keySet().forEach(TornadoStorage::elements);
            outputs.forEach(TornadoStorage::drop);
            plan = compile();
        } else {
            runAgain();
        }
        outputs.forEach(output -> output.changedBy(this));
        resident.replaceAll((storage, version) -> {
            storage.changedBy(this);
            return storage.version();
        });
    }

    private void runAgain() {
        try {
            plan.run();
        } catch (BackendException | OutOfMemoryError e) {
            fail(e);
            throw e;
        }
    }

    /** Ends what the program can do, but for being closed. */
    void fail(Throwable why) {
        failure = why;
        TornadoCall.close(why, plan::close);
        plan = null;
    }

    private void checkNotFailed() {
        if (failure != null) {
            throw new BackendException(
                    "program: it has failed, and the tensors that it had on the device are lost: make the model anew, and load the"
                            + " last checkpoint",
                    failure);
        }
    }

    /** Whether somebody else has changed what is resident. */
    private boolean isOutdated() {
        return resident.entrySet().stream().anyMatch(entry -> entry.getKey().version() != entry.getValue());
    }

    private ReplayPlan compile() {
        int tasks = capture.tasks().size();
        System.Logger.Level level = tasks < WORTH_TELLING ? System.Logger.Level.DEBUG : System.Logger.Level.INFO;
        if (wasCompiled) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Compiling a program of {0} kernels again: tensors that it writes were written by something else meanwhile",
                    tasks);
        } else {
            LOG.log(level, "Compiling {0} kernels for {1} ...", tasks, device.getDeviceName());
        }
        long start = System.nanoTime();
        ReplayPlan made = ReplayPlan.compiled(device, capture.tasks(), sent, resident.keySet(), outputs);
        wasCompiled = true;
        LOG.log(level, "Compiled {0} kernels in {1} s", tasks, Math.round((System.nanoTime() - start) / 1e8) / 10.0);
        return made;
    }

    /** The plan, null before the first run. */
    ReplayPlan plan() {
        return plan;
    }

    @Override
    public void fetch(TornadoStorage storage) {
        checkNotFailed();
        plan.fetch(storage);
    }

    private void closePlan() {
        try {
            // What others have changed since is theirs.
            TornadoCall.forAll(heldOf(resident.keySet()), TornadoStorage::elements);
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        } finally {
            heldOf(outputs).forEach(TornadoStorage::drop);
        }
        ReplayPlan ended = plan;
        plan = null;
        ended.close();
    }

    private List<TornadoStorage> heldOf(Set<TornadoStorage> storages) {
        return storages.stream().filter(storage -> storage.isHeldBy(this)).toList();
    }

    @Override
    public void close() {
        synchronized (owner) {
            try {
                if (plan != null) {
                    closePlan();
                }
            } finally {
                capture.close();
                owner.forget(this);
            }
        }
    }
}
