package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Launch;
import dev.lanner.tensor.backend.Recording;
import dev.lanner.tensor.backend.Replay;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A training or inference step that was recorded once and runs again and again with new inputs, in memory of its own: the launches of
 * the step, without the shape rules, the tape and the allocations that led to them. Recording computes nothing.
 *
 * <pre>{@code
 * Program program = Program.record(inputs -> {
 *     Tensor x = inputs.tensor("x", DType.F32, 32, 64);
 *     model.train(RandomKey.EACH_STEP);
 *     try (Tape tape = Tape.open()) {
 *         Tensor loss = model.forward(x).square().mean();
 *         optimizer.step(tape.backward(loss));
 *         return new Tensor[] {loss};
 *     }
 * });
 * program.set("x", values);
 * program.run(step);
 * double loss = program.output(0).item();
 * }</pre>
 *
 * <p>Tensors from outside of the recording, such as parameters, are read and written where they lie, in every run. What changes from run
 * to run beside them is an input, the random numbers of keys that leave the step open ({@link RandomKey#EACH_STEP}), or comes from
 * {@link #perRun}. All else stays as it was recorded: shapes, scalars, learning or evaluation mode. Values cannot be read while
 * recording. {@link NonFinite} does not look into runs. For one thread at a time.
 */
public final class Program implements AutoCloseable {
    /** Computes a step. */
    @FunctionalInterface
    public interface Step {
        /**
         * Computes the step once, on the thread that records it.
         *
         * @return what is to be read after a run
         */
        Tensor[] compute(Inputs inputs);
    }

    /** Where a step gets its inputs from while it is recorded. */
    public static final class Inputs {
        private final Recorder recorder;

        private Inputs(Recorder recorder) {
            this.recorder = recorder;
        }

        /**
         * A tensor that is set before the program runs.
         *
         * @param name by which it is set
         * @throws IllegalArgumentException if the name is empty or taken
         */
        public Tensor tensor(String name, DType dtype, int... sizes) {
            if (name.equals(UNNAMED)) {
                throw new IllegalArgumentException("program: an input needs a name");
            }
            if (recorder.inputs().stream().anyMatch(input -> input.name().equals(name))) {
                throw new IllegalArgumentException("program: there is an input " + name + " already");
            }
            return recorder.input(new ProgramInput(name, dtype, Shape.of(sizes)));
        }
    }

    /** The name of inputs that {@link #perRun} fills. */
    private static final String UNNAMED = "";

    private final Backend backend;
    private final Recording recording;
    private final Replay replay;
    private final Map<String, ProgramInput> inputs = new HashMap<>();
    private final List<Runnable> beforeRun;
    private final List<Tensor> outputs = new ArrayList<>();
    /** What it works on, parameters too, which are not its own. */
    private final Set<Storage> used = Collections.newSetFromMap(new IdentityHashMap<>());

    private boolean closed;

    private Program(Backend backend, Recording recording, Recorder recorder) {
        this.backend = backend;
        this.recording = recording;
        this.replay = backend.prepare(recording);
        this.beforeRun = List.copyOf(recorder.beforeRun());
        recorder.inputs().stream()
                .filter(input -> !input.name().equals(UNNAMED))
                .forEach(input -> inputs.put(input.name(), input));
        recording.outputs().forEach(view -> outputs.add(new Tensor(backend, view, false)));
        for (Launch launch : recording.launches()) {
            launch.reads().forEach(view -> used.add(view.storage()));
            launch.writes().forEach(view -> used.add(view.storage()));
        }
    }

    /**
     * Records a step on the current backend.
     *
     * @throws IllegalStateException if a recording, a tape or non-finite detection is open on this thread, or the step reads a value;
     *     the message names the operation
     */
    public static Program record(Step step) {
        Backend backend = Backends.current();
        if (Tape.isOpen() || NonFinite.isOn()) {
            throw new IllegalStateException("program: cannot be recorded while "
                    + (Tape.isOpen() ? "a tape is open" : "detection of non-finite values is on") + " on this thread");
        }
        Recorder recorder = Recorder.start(backend);
        List<View> outputs = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            for (Tensor output : step.compute(new Inputs(recorder))) {
                outputs.add(output.contiguous().view());
            }
        } finally {
            recorder.stop();
        }
        Recording recording = MemoryPlan.recording(backend, recorder, outputs);
        try {
            return new Program(backend, recording, recorder);
        } catch (RuntimeException e) {
            release(backend, recording);
            throw e;
        }
    }

    /** Does something on the host that belongs to a step: now, or while a program is recorded, at the start of each of its runs. */
    public static void perRun(Runnable action) {
        Recorder recorder = Recorder.current();
        if (recorder == null) {
            action.run();
        } else {
            recorder.beforeRun().add(action);
        }
    }

    /**
     * A tensor on the current backend whose values the host computes: now, or while a program is recorded, at the start of each of its
     * runs.
     *
     * @param values writes all elements in row-major order
     */
    public static Tensor perRun(DType dtype, Shape shape, Consumer<HostArray> values) {
        Backend current = Creation.current();
        HostArray host = HostArray.allocate(dtype, shape.elements());
        if (!(current instanceof Recorder recorder)) {
            values.accept(host);
            return Creation.upload(host, shape.elements(), shape);
        }
        ProgramInput input = new ProgramInput(UNNAMED, dtype, shape);
        Tensor tensor = recorder.input(input);
        recorder.beforeRun().add(() -> {
            values.accept(host);
            input.set(recorder.target(), host);
        });
        return tensor;
    }

    /**
     * Sets an F32 input for the runs to come, to a copy of the values in row-major order.
     *
     * @throws ShapeException if the input takes other values
     */
    public void set(String input, float... values) {
        set(input, HostArray.of(values));
    }

    /**
     * Sets an F64 input for the runs to come, to a copy of the values in row-major order.
     *
     * @throws ShapeException if the input takes other values
     */
    public void set(String input, double... values) {
        set(input, HostArray.of(values));
    }

    /**
     * Sets an I32 input for the runs to come, to a copy of the values in row-major order.
     *
     * @throws ShapeException if the input takes other values, or a rule of an operation that takes them is broken
     * @throws IndexOutOfBoundsException if one is used as an index and outside of its table
     */
    public void set(String input, int... values) {
        set(input, HostArray.of(values));
    }

    /**
     * Sets an I64 input for the runs to come, to a copy of the values in row-major order.
     *
     * @throws ShapeException if the input takes other values
     */
    public void set(String input, long... values) {
        set(input, HostArray.of(values));
    }

    private void set(String name, HostArray values) {
        requireOpen();
        ProgramInput input = inputs.get(name);
        if (input == null) {
            throw new IllegalArgumentException(
                    "program: no input " + name + "; inputs: " + new TreeSet<>(inputs.keySet()));
        }
        input.set(backend, values);
    }

    /**
     * Runs the step.
     *
     * @param step of the random numbers whose keys leave it open
     * @throws IllegalStateException if an input was never set, a tape or a recording is open on this thread, or a tensor that the step
     *     uses was released
     */
    public void run(int step) {
        requireOpen();
        if (Tape.isOpen() || Recorder.current() != null) {
            throw new IllegalStateException(
                    "program: a run is not recorded, and cannot be made while a tape or a recording is open on this thread");
        }
        for (ProgramInput input : inputs.values()) {
            if (!input.isSet()) {
                throw new IllegalStateException("program: input " + input.name() + " was never set");
            }
        }
        if (used.stream().anyMatch(Storage::isReleased)) {
            throw new IllegalStateException(
                    "program: a tensor that it uses was released, by the scope or the program that it belongs to");
        }
        for (Runnable action : beforeRun) {
            action.run();
        }
        replay.run(step);
    }

    /** An output of the last run; it changes with the next one, and goes when the program closes. */
    public Tensor output(int number) {
        requireOpen();
        return outputs.get(number);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("program: it is closed");
        }
    }

    /** Gives its memory back. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                replay.close();
            } finally {
                release(backend, recording);
            }
        }
    }

    private static void release(Backend backend, Recording recording) {
        recording.inputs().forEach(backend::release);
        recording.constants().forEach(backend::release);
        recording.intermediates().forEach(backend::release);
    }
}
