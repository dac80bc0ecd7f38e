package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Launch;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the place of a backend while a program is recorded on this thread: writes down what it is asked to compute, on {@link Slot}s,
 * and computes nothing.
 */
final class Recorder implements Backend {
    private static final ThreadLocal<Recorder> CURRENT = new ThreadLocal<>();

    private final Backend target;
    private final List<Launch> launches = new ArrayList<>();
    private final List<ProgramInput> inputs = new ArrayList<>();
    private final List<Runnable> beforeRun = new ArrayList<>();
    private boolean open = true;

    private Recorder(Backend target) {
        this.target = target;
    }

    /**
     * Starts to record on this thread.
     *
     * @throws IllegalStateException if a recording is open already
     */
    static Recorder start(Backend target) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("program: one is being recorded on this thread already");
        }
        Recorder recorder = new Recorder(target);
        CURRENT.set(recorder);
        return recorder;
    }

    /** Ends the recording; what was made in it can be computed with no more. */
    void stop() {
        open = false;
        CURRENT.remove();
    }

    /** The recorder that is open on this thread, or null. */
    static Recorder current() {
        return CURRENT.get();
    }

    /** The recorder in front of a backend, or the backend itself where nothing is recorded. */
    static Backend over(Backend backend) {
        Recorder recorder = CURRENT.get();
        return recorder != null && recorder.target.equals(backend) ? recorder : backend;
    }

    /** Lets this thread compute at once until {@link #resume}; returns the recorder that was open, or null. */
    static Recorder suspend() {
        Recorder recorder = CURRENT.get();
        CURRENT.remove();
        return recorder;
    }

    static void resume(Recorder recorder) {
        if (recorder != null) {
            CURRENT.set(recorder);
        }
    }

    /** The backend that the program will run on. */
    Backend target() {
        return target;
    }

    List<Launch> launches() {
        return launches;
    }

    List<ProgramInput> inputs() {
        return inputs;
    }

    List<Runnable> beforeRun() {
        return beforeRun;
    }

    /** A tensor whose values are set before a run. */
    Tensor input(ProgramInput input) {
        requireOpen();
        if (!supports(input.dtype())) {
            throw new ShapeException(
                    "program: backend " + name() + " has no " + input.dtype() + " (input " + input.name() + ")");
        }
        inputs.add(input);
        return new Tensor(this, new View(input.slot(), Layout.contiguous(input.shape())), false);
    }

    /** Checks what is known of a tensor's values, and leaves to its input what will be. */
    void check(String op, Tensor tensor, Values.Rule rule) {
        View view = tensor.view();
        if (!(view.storage() instanceof Slot slot)) {
            // Not of this program: it has values now.
            int end = 0;
            for (int i = 0; i < view.shape().elements(); i++) {
                end = Math.max(end, view.layout().position(i) + 1);
            }
            HostArray values = HostArray.allocate(view.dtype(), end);
            target.download(view.storage(), 0, values, end);
            Values.check(values, view.layout(), rule);
        } else if (slot.kind() == Slot.Kind.INPUT) {
            inputs.stream()
                    .filter(input -> input.slot().equals(slot))
                    .forEach(input -> input.addCheck(view.layout(), rule));
        } else if (slot.values() != null) {
            Values.check(slot.values(), view.layout(), rule);
        } else if (!rule.holdsFor(slot.low(), slot.high())) {
            throw new IllegalStateException(op + ": the values of " + tensor
                    + " are made by the program that is recorded, where they cannot be checked; make them an input");
        }
    }

    /** Why an operation gets no values. */
    IllegalStateException cannotRead(String op, Tensor tensor) {
        requireOpen();
        return new IllegalStateException(op
                + ": values cannot be read while a program is recorded, as nothing is computed yet (" + tensor + ")");
    }

    private void add(Launch launch) {
        requireOpen();
        launches.add(launch);
        for (View view : launch.writes()) {
            if (view.storage() instanceof Slot slot) {
                if (slot.kind() != Slot.Kind.INTERMEDIATE) {
                    throw new IllegalStateException(
                            "program: an input or a constant is written to (" + view.dtype() + view.shape() + ")");
                }
                slot.unbound();
            }
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException(
                    "program: the tensor belongs to a recording that is over; read the program's outputs instead");
        }
    }

    @Override
    public String name() {
        return target.name();
    }

    @Override
    public boolean supports(DType dtype) {
        return target.supports(dtype);
    }

    @Override
    public Storage allocate(DType dtype, int size) {
        requireOpen();
        return new Slot(dtype, size);
    }

    @Override
    public void release(Storage storage) {
        // The program's own storages are planned when all uses are known.
        storage.markReleased();
    }

    @Override
    public void upload(HostArray source, Storage out, int count) {
        requireOpen();
        HostArray copy = HostArray.allocate(source.dtype(), count);
        copy.copyFrom(source, 0, 0, count);
        ((Slot) out).hold(copy);
    }

    @Override
    public void download(Storage source, int offset, HostArray out, int count) {
        throw new IllegalStateException("program: values cannot be read while it is recorded");
    }

    @Override
    public void copy(View x, View out) {
        add(new Launch.Copy(x, out));
        if (x.storage() instanceof Slot from) {
            bound(out, from.low(), from.high());
        }
    }

    @Override
    public void fill(double value, View out) {
        add(new Launch.Fill(value, out));
        bound(out, (long) value, (long) value + 1);
    }

    @Override
    public void unary(UnaryOp op, View x, View out) {
        add(new Launch.Unary(op, x, out));
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        add(new Launch.Binary(op, a, b, out));
    }

    @Override
    public void compare(CompareOp op, View a, View b, View out) {
        add(new Launch.Compare(op, a, b, out));
        bound(out, 0, 2);
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        add(new Launch.Select(condition, a, b, out));
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        add(new Launch.Reduce(op, x, out));
    }

    @Override
    public void argReduce(ReduceOp op, View x, int axis, View out) {
        add(new Launch.ArgReduce(op, x, axis, out));
        bound(out, 0, x.shape().size(axis));
    }

    @Override
    public void topK(View x, View values, View indices) {
        add(new Launch.TopK(x, values, indices));
        bound(indices, 0, x.shape().size(-1));
    }

    @Override
    public void matmul(double alpha, View a, View b, double beta, View out) {
        add(new Launch.Matmul(alpha, a, b, beta, out));
    }

    @Override
    public void gatherRows(View table, View indices, View out) {
        add(new Launch.GatherRows(table, indices, out));
    }

    @Override
    public void scatterAddRows(View rows, View indices, View out) {
        add(new Launch.ScatterAddRows(rows, indices, out));
    }

    @Override
    public void random(RandomOp op, RandomKey key, double a, double b, View out) {
        add(new Launch.Random(op, key, a, b, out));
        if (op == RandomOp.UNIFORM_INT) {
            bound(out, (long) a, (long) b);
        }
    }

    /** Remembers the bounds of what was written, if that is the whole slot. */
    private static void bound(View out, long low, long high) {
        if (out.storage() instanceof Slot slot && out.shape().elements() == slot.size()) {
            slot.bound(low, high);
        }
    }

    @Override
    public void synchronize() {
        // Nothing was asked for.
    }

    @Override
    public Optional<FusedKernel> kernel(FusedOp op) {
        requireOpen();
        if (!Fused.isOneLaunch(target, op)) {
            return Optional.empty();
        }
        FusedKernel kernel = Fused.kernel(target, op);
        return Optional.of(new FusedKernel() {
            @Override
            public Shape[] saved(View[] operands) {
                return kernel.saved(operands);
            }

            @Override
            public boolean hasGradient() {
                return kernel.hasGradient();
            }

            @Override
            public void forward(View[] operands, View[] outputs) {
                add(new Launch.FusedForward(op, operands, outputs));
            }

            @Override
            public void backward(View[] operands, View[] outputs, View dOut, View[] dInputs) {
                add(new Launch.FusedBackward(op, operands, outputs, dOut, dInputs));
            }
        });
    }

    @Override
    public void close() {
        throw new IllegalStateException("program: a backend cannot be closed while a program is recorded");
    }
}
