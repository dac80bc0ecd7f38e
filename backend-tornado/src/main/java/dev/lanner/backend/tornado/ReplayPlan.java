package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A list of tasks as the graphs of one TornadoVM plan. A graph holds at most 256 tasks, so long lists become several, each of
 * which takes over all arrays of those in front of it.
 */
final class ReplayPlan implements AutoCloseable {
    /** The system property that has each graph captured as a CUDA graph and launched as one, with the PTX and CUDA backends. */
    private static final String CUDA_GRAPH = "lanner.tornado.cudaGraph";

    /** Tasks of a graph, at most. */
    private static final int GRAPH = 60;
    /** Nodes of a graph, at most, as {@link #graphEnd} counts them; TornadoVM's arrays for them hold 1024 and do not grow. */
    private static final int NODES = 960;
    /** Of an array, as a task and its integers or floats are one: what stands for it, its copy, and its end. */
    private static final int NODES_OF_ARRAY = 3;

    private static final AtomicInteger MADE = new AtomicInteger();

    private final String name = "program" + MADE.getAndIncrement();
    private final TornadoExecutionPlan plan;
    private final int graphs;
    private final boolean cuBlas;
    private int kernels;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Object> shared = new ArrayList<>();
    private final GridScheduler grids = new GridScheduler();
    private TornadoExecutionResult last;

    /**
     * Makes the graphs, compiles their kernels and runs them for the first time.
     *
     * @param sent what goes to the device in each run; all else goes once
     * @param resident what may be fetched
     * @param outputs what may be fetched
     * @throws BackendException with the name of the kernel, if one does not compile
     */
    static ReplayPlan compiled(
            TornadoDevice device,
            List<DeviceTask> tasks,
            Set<TornadoStorage> sent,
            Collection<TornadoStorage> resident,
            Collection<TornadoStorage> outputs) {
        ReplayPlan made = null;
        try {
            made = TornadoCall.named("program", () -> new ReplayPlan(device, tasks, sent, resident, outputs));
            made.run();
            return made;
        } catch (BackendException | OutOfMemoryError e) {
            if (made != null) {
                TornadoCall.close(e, made::close);
            }
            if (mayBeACompilers(e.getCause())) {
                compileAlone(device, tasks, e);
            }
            throw e;
        }
    }

    private static boolean mayBeACompilers(Throwable cause) {
        return cause != null
                && !(cause instanceof TornadoOutOfMemoryException)
                && !(cause instanceof TornadoMemoryException);
    }

    /** Compiles each kernel alone, on small arrays, since TornadoVM does not say which of a plan has failed. */
    private static void compileAlone(TornadoDevice device, List<DeviceTask> tasks, Throwable failure) {
        Set<String> tried = new HashSet<>();
        try (EagerDispatcher alone = new EagerDispatcher(device)) {
            for (DeviceTask task : tasks) {
                if (tried.add(task.kernel().name())) {
                    TornadoStorage[] small = Arrays.stream(task.arguments())
                            .map(argument -> TornadoStorage.allocate(argument.dtype(), 1))
                            .toArray(TornadoStorage[]::new);
                    alone.compile(new DeviceTask(task.kernel(), task.grid(), task.meta(), small));
                }
            }
        } catch (BackendException e) {
            e.addSuppressed(failure);
            throw e;
        }
    }

    private ReplayPlan(
            TornadoDevice device,
            List<DeviceTask> tasks,
            Set<TornadoStorage> sent,
            Collection<TornadoStorage> resident,
            Collection<TornadoStorage> outputs) {
        cuBlas = CuBlas.isOn(device);
        List<ImmutableTaskGraph> made = new ArrayList<>();
        for (int first = 0; first < tasks.size(); ) {
            int end = graphEnd(tasks, first);
            TaskGraph graph = graph(made.size(), tasks.subList(first, end), sent, end < tasks.size());
            if (end == tasks.size()) {
                resident.forEach(storage -> graph.transferToHost(DataTransferMode.UNDER_DEMAND, storage.array()));
                outputs.forEach(storage -> graph.transferToHost(DataTransferMode.UNDER_DEMAND, storage.array()));
            }
            made.add(graph.snapshot());
            first = end;
        }
        graphs = made.size();
        plan = new TornadoExecutionPlan(made.toArray(ImmutableTaskGraph[]::new))
                .withDevice(device)
                .withGridScheduler(grids);
        if (Boolean.getBoolean(CUDA_GRAPH)) {
            if (device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL) {
                throw new BackendException(CUDA_GRAPH + ": there are CUDA graphs with the PTX and CUDA backends only");
            }
            plan.withCUDAGraph();
        }
    }

    /** Where a graph that begins with a task must end. It has a node for each array so far, and more for those that it uses. */
    private int graphEnd(List<DeviceTask> tasks, int first) {
        Set<Object> used = Collections.newSetFromMap(new IdentityHashMap<>());
        int nodes = shared.size();
        int end = first;
        while (end < tasks.size() && end - first < GRAPH) {
            DeviceTask task = tasks.get(end);
            nodes += 1 + Integer.bitCount(task.kernel().written()) + NODES_OF_ARRAY;
            nodes += task.meta().reals().length > 0 ? NODES_OF_ARRAY : 0;
            for (TornadoStorage argument : task.arguments()) {
                if (used.add(argument.array())) {
                    nodes += seen.contains(argument.array()) ? NODES_OF_ARRAY - 1 : NODES_OF_ARRAY;
                }
            }
            if (nodes > NODES) {
                break;
            }
            end++;
        }
        if (end == first) {
            throw new BackendException(name + ": its " + shared.size()
                    + " arrays are more than TornadoVM can hand from one graph to the next; make the model smaller");
        }
        return end;
    }

    private TaskGraph graph(int number, List<DeviceTask> tasks, Set<TornadoStorage> sent, boolean goesOn) {
        TaskGraph graph = new TaskGraph(name + "g" + number);
        KernelContext context = new KernelContext();
        if (!shared.isEmpty()) {
            graph.consumeFromDevice(shared.toArray());
        }
        for (int t = 0; t < tasks.size(); t++) {
            DeviceTask task = tasks.get(t);
            checkWrites(task);
            for (TornadoStorage argument : task.arguments()) {
                if (seen.add(argument.array())) {
                    graph.transferToDevice(
                            sent.contains(argument)
                                    ? DataTransferMode.EVERY_EXECUTION
                                    : DataTransferMode.FIRST_EXECUTION,
                            argument.array());
                    shared.add(argument.array());
                }
            }
            String id = task.kernel().name() + t;
            if (cuBlas && CuBlas.takes(task)) {
                CuBlas.add(graph, id, task);
            } else {
                add(graph, id, context, task);
            }
        }
        if (number > 0 || goesOn) {
            graph.persistOnDevice(shared.toArray());
        }
        return graph;
    }

    private void add(TaskGraph graph, String id, KernelContext context, DeviceTask task) {
        IntArray meta = new IntArray(task.meta().words().length);
        copy(MemorySegment.ofArray(task.meta().words()), meta.getSegment());
        FloatArray reals = new FloatArray(Math.max(task.meta().reals().length, 1));
        copy(MemorySegment.ofArray(task.meta().reals()), reals.getSegment());
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, meta);
        if (task.meta().reals().length > 0) {
            graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, reals);
        }
        task.kernel().binding().bind(graph, id, context, meta, new Kernel.Arguments(reals, arrays(task)));
        WorkerGrid3D worker = new WorkerGrid3D(1, 1, 1);
        task.grid().applyTo(worker);
        grids.addWorkerGrid(graph.getTaskGraphName() + "." + id, worker);
        kernels++;
    }

    /** An array that comes again behind where it is written would make the task wait for itself, for ever. */
    private static void checkWrites(DeviceTask task) {
        TornadoStorage[] arguments = task.arguments();
        for (int i = 0; i < arguments.length; i++) {
            for (int j = i + 1; j < arguments.length; j++) {
                if (task.kernel().writes(i) && arguments[i].equals(arguments[j])) {
                    throw new BackendException("kernel " + task.kernel().name() + ": argument " + i
                            + " is written and comes again as argument " + j);
                }
            }
        }
    }

    private static TornadoNativeArray[] arrays(DeviceTask task) {
        TornadoNativeArray[] arrays = new TornadoNativeArray[task.arguments().length];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = task.arguments()[i].array();
        }
        return arrays;
    }

    private static void copy(MemorySegment from, MemorySegment to) {
        MemorySegment.copy(from, 0, to, 0, from.byteSize());
    }

    /** Tasks that are kernels of ours. */
    int kernels() {
        return kernels;
    }

    /** Runs all tasks. */
    void run() {
        TornadoCall.named(name, () -> {
            for (int g = 0; g < graphs; g++) {
                last = execute(plan, g);
            }
            return last;
        });
    }

    /** Runs a graph of a plan. It is selected even where it is the only one: a plan itself keeps the result of every run for ever. */
    static TornadoExecutionResult execute(TornadoExecutionPlan plan, int graph) {
        return plan.withGraph(graph).execute();
    }

    /** Copies what is on the device to the host's side. */
    void fetch(TornadoStorage storage) {
        TornadoCall.named(name, () -> last.transferToHost(storage.array()));
    }

    /**
     * Runs all tasks under TornadoVM's profiler.
     *
     * @return the bytes that went to the device, and those that came back
     */
    long[] runProfiled() {
        long[] moved = new long[2];
        for (int g = 0; g < graphs; g++) {
            TornadoExecutionPlan graph = plan.withGraph(g);
            last = graph.withProfiler(ProfilerMode.SILENT).execute();
            TornadoProfilerResult profile = last.getProfilerResult();
            moved[0] += profile.getTotalBytesCopyIn();
            moved[1] += profile.getTotalBytesCopyOut();
            graph.withoutProfiler();
        }
        return moved;
    }

    @Override
    public void close() {
        plan.freeDeviceMemory();
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new BackendException(name + ": its plan could not be closed: " + e, e);
        }
    }
}
