package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Runs each task at once. A plan is bound to its arrays for good and compiles its kernel anew, so there is one for a kernel and
 * sizes of its arguments, with arrays of its own that operands are copied to and results from: every task moves all its data to
 * the device and back. Not thread-safe.
 */
final class EagerDispatcher implements Dispatcher, AutoCloseable {
    /** Sizes are rounded up to powers of this, so that few plans are compiled. */
    private static final int SIZE_STEP = 4;

    private static final int LEAST_ELEMENTS = 1024;
    private static final int LEAST_META = 64;
    /** What plans may hold on the device before the one that was used longest ago is closed. */
    private static final long MOST_BYTES = 1L << 30;

    private final TornadoDevice device;
    private final Map<Key, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private int made;

    EagerDispatcher(TornadoDevice device) {
        this.device = device;
    }

    /**
     * What tasks must share to run by one plan.
     *
     * @param kernel its name
     * @param sizes rounded sizes of the meta data and of each argument
     * @param first for each argument the first one with the same storage
     */
    private record Key(String kernel, List<Integer> sizes, List<Integer> first) {
        static Key of(DeviceTask task) {
            TornadoStorage[] arguments = task.arguments();
            IntStream sizes = Arrays.stream(arguments).mapToInt(a -> rounded(LEAST_ELEMENTS, a.size()));
            return new Key(
                    task.kernel().name(),
                    IntStream.concat(
                                    IntStream.of(rounded(LEAST_META, task.meta().words().length)), sizes)
                            .boxed()
                            .toList(),
                    Arrays.stream(arguments)
                            .map(a -> Arrays.asList(arguments).indexOf(a))
                            .toList());
        }

        private static int rounded(int least, int size) {
            long rounded = least;
            while (rounded < size) {
                rounded *= SIZE_STEP;
            }
            return (int) Math.min(rounded, Integer.MAX_VALUE - 8);
        }
    }

    @Override
    public void dispatch(DeviceTask task) {
        Plan plan = plan(task);
        plan.send(task);
        try {
            TornadoCall.named(what(task), plan::execute);
        } catch (BackendException | OutOfMemoryError e) {
            plans.values().remove(plan);
            TornadoCall.close(e, plan::close);
            throw e;
        }
        plan.fetch(task);
    }

    /**
     * Compiles the kernel of a task, which does not run.
     *
     * @throws BackendException with its name if that fails
     */
    void compile(DeviceTask task) {
        TornadoCall.named(what(task), plan(task)::compile);
    }

    private String what(DeviceTask task) {
        return "kernel " + task.kernel().name() + " on " + device.getDeviceName();
    }

    private Plan plan(DeviceTask task) {
        Key key = Key.of(task);
        Plan known = plans.get(key);
        if (known != null) {
            return known;
        }
        Plan made = TornadoCall.named(what(task), () -> new Plan(key, task));
        plans.put(key, made);
        evict();
        return made;
    }

    private void evict() {
        long bytes = plans.values().stream().mapToLong(Plan::bytes).sum();
        while (bytes > MOST_BYTES && plans.size() > 1) {
            Plan oldest = plans.values().iterator().next();
            plans.values().remove(oldest);
            bytes -= oldest.bytes();
            oldest.close();
        }
    }

    @Override
    public void close() {
        List<Plan> all = List.copyOf(plans.values());
        plans.clear();
        TornadoCall.forAll(all, Plan::close);
    }

    /** One compiled kernel with its arrays. */
    private final class Plan {
        private final String name;
        private final IntArray meta;
        private final FloatArray reals;
        private final TornadoNativeArray[] arrays;
        private final WorkerGrid3D worker = new WorkerGrid3D(1, 1, 1);
        private final TornadoExecutionPlan plan;

        Plan(Key key, DeviceTask task) {
            Kernel kernel = task.kernel();
            name = kernel.name();
            meta = new IntArray(key.sizes().get(0));
            arrays = new TornadoNativeArray[task.arguments().length];
            for (int i = 0; i < arrays.length; i++) {
                int first = key.first().get(i);
                arrays[i] = first < i
                        ? arrays[first]
                        : TornadoStorage.array(
                                task.arguments()[i].dtype(), key.sizes().get(i + 1));
            }
            reals = new FloatArray(Math.max(task.meta().reals().length, 1));
            String id = name + made++;
            TaskGraph graph = new TaskGraph(id).transferToDevice(DataTransferMode.EVERY_EXECUTION, meta);
            if (task.meta().reals().length > 0) {
                graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, reals);
            }
            for (int i = 0; i < arrays.length; i++) {
                if (key.first().get(i) == i) {
                    // Outputs too: what a kernel leaves as it was must come back as it was.
                    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, arrays[i]);
                }
            }
            kernel.binding().bind(graph, name, new KernelContext(), meta, new Kernel.Arguments(reals, arrays));
            for (int i = 0; i < arrays.length; i++) {
                if (isWritten(task, i) && key.first().get(i) == i) {
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, arrays[i]);
                }
            }
            plan = new TornadoExecutionPlan(graph.snapshot())
                    .withDevice(device)
                    .withGridScheduler(new GridScheduler(id + "." + name, worker));
        }

        /** Whether the storage of an argument is written, by this argument or another. */
        private static boolean isWritten(DeviceTask task, int argument) {
            for (int i = 0; i < task.arguments().length; i++) {
                if (task.kernel().writes(i) && task.arguments()[i].equals(task.arguments()[argument])) {
                    return true;
                }
            }
            return false;
        }

        long bytes() {
            // One array may be several arguments.
            return Stream.concat(Arrays.stream(arrays).distinct(), Stream.of(meta, reals))
                    .mapToLong(TornadoNativeArray::getNumBytesOfSegment)
                    .sum();
        }

        TornadoExecutionPlan compile() {
            return plan.withPreCompilation();
        }

        TornadoExecutionResult execute() {
            return ReplayPlan.execute(plan, 0);
        }

        void send(DeviceTask task) {
            MemorySegment words = MemorySegment.ofArray(task.meta().words());
            MemorySegment.copy(words, 0, meta.getSegment(), 0, words.byteSize());
            MemorySegment floats = MemorySegment.ofArray(task.meta().reals());
            MemorySegment.copy(floats, 0, reals.getSegment(), 0, floats.byteSize());
            for (int i = 0; i < arrays.length; i++) {
                MemorySegment from = task.arguments()[i].elements();
                MemorySegment.copy(from, 0, arrays[i].getSegment(), 0, from.byteSize());
            }
            task.grid().applyTo(worker);
        }

        void fetch(DeviceTask task) {
            for (int i = 0; i < arrays.length; i++) {
                if (task.kernel().writes(i)) {
                    MemorySegment to = task.arguments()[i].elements();
                    MemorySegment.copy(arrays[i].getSegment(), 0, to, 0, to.byteSize());
                    task.arguments()[i].changed();
                }
            }
        }

        void close() {
            plan.freeDeviceMemory();
            try {
                plan.close();
            } catch (TornadoExecutionPlanException e) {
                throw new BackendException("kernel " + name + ": its plan could not be closed: " + e, e);
            }
        }
    }
}
