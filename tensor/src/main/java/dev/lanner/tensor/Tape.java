package dev.lanner.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Records operations in the order they run, so that {@link #backward} can differentiate them by one scan in reverse. One tape is
 * open on a thread at a time; without one nothing is recorded.
 *
 * <pre>{@code
 * try (Tape tape = Tape.open()) {
 *     Tensor loss = model.forward(x).sub(y).square().mean();
 *     Gradients gradients = tape.backward(loss);
 * }
 * }</pre>
 */
public final class Tape implements AutoCloseable {
    private static final ThreadLocal<Tape> CURRENT = new ThreadLocal<>();

    /** An operation; the place, which may be null, is where the gradient of its result had best be written. */
    private record Node(
            String op, Tensor out, Tensor[] inputs, GradientRule rule, Supplier<Tensor> place, String origin) {}

    private final List<Node> nodes = new ArrayList<>();

    private Tape() {}

    /**
     * Opens a tape on this thread.
     *
     * @throws IllegalStateException if one is open already
     */
    public static Tape open() {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("tape: one is open on this thread already");
        }
        Tape tape = new Tape();
        CURRENT.set(tape);
        return tape;
    }

    static boolean isOpen() {
        return CURRENT.get() != null;
    }

    /**
     * Every operation ends here: its result is checked if asked for, and put on the tape if one is open and an input requires a
     * gradient.
     *
     * @return the result, as a tensor that requires a gradient where it was recorded
     */
    static Tensor record(String op, Tensor out, GradientRule rule, Tensor... inputs) {
        return record(op, out, null, rule, inputs);
    }

    /**
     * Records an operation that has a place for the gradient of its result.
     *
     * @param place gives a tensor of the result's shape to write to; asked once at most in a backward pass
     */
    static Tensor record(String op, Tensor out, Supplier<Tensor> place, GradientRule rule, Tensor... inputs) {
        NonFinite.checkResult(op, out, inputs);
        Tape tape = CURRENT.get();
        if (tape == null || !anyRequiresGradient(inputs)) {
            return out.detach();
        }
        Tensor recorded = new Tensor(out.backend(), out.view(), true);
        tape.nodes.add(new Node(op, recorded, inputs, rule, place, NonFinite.origin()));
        return recorded;
    }

    private static boolean anyRequiresGradient(Tensor... inputs) {
        for (Tensor input : inputs) {
            if (input.requiresGradient()) {
                return true;
            }
        }
        return false;
    }

    /** Gradients of a scalar loss with respect to all leaves it depends on. The tape is empty afterwards. */
    public Gradients backward(Tensor loss) {
        Gradients gradients = new Gradients();
        backward(loss, gradients);
        return gradients;
    }

    /**
     * Adds gradients of a scalar loss to those that are there. The tape is empty afterwards.
     *
     * @throws ShapeException if the loss is not one element
     * @throws IllegalStateException if the loss was not computed on this tape
     */
    public void backward(Tensor loss, Gradients into) {
        if (loss.shape().elements() != 1) {
            throw new ShapeException("backward: the loss must be one element (shape=" + loss.shape() + ")");
        }
        backward(loss, Creation.full(loss.backend(), loss.dtype(), loss.shape(), 1), into);
    }

    /**
     * Adds the product of a result's Jacobian with a given gradient: for results that are no scalar loss.
     *
     * @param dOut gradient of {@code out}, of its shape
     */
    public void backward(Tensor out, Tensor dOut, Gradients into) {
        if (nodes.stream().noneMatch(node -> node.out() == out)) {
            throw new IllegalStateException(
                    "backward: " + out + " was not computed on this tape from a tensor that" + " requires a gradient");
        }
        // The rules are tensor operations themselves: they are not recorded.
        Tape suspended = CURRENT.get();
        CURRENT.remove();
        try {
            for (Node node : nodes) {
                if (node.place() != null) {
                    into.offer(node.out(), node.place());
                }
            }
            into.add(out, dOut);
            for (int i = nodes.size() - 1; i >= 0; i--) {
                Node node = nodes.get(i);
                Tensor gradient = into.remove(node.out());
                if (gradient != null) {
                    NonFinite.checkGradient(node.op(), node.origin(), gradient);
                    differentiate(node, gradient, into);
                }
            }
        } finally {
            into.withdrawPlaces();
            nodes.clear();
            CURRENT.set(suspended);
        }
    }

    private static void differentiate(Node node, Tensor gradient, Gradients into) {
        try {
            node.rule().backward(gradient, new InputGradients(into, node.inputs()));
        } catch (NonFiniteException e) {
            throw NonFinite.inBackward(node.op(), node.origin(), e);
        }
    }

    /** Stops recording. */
    @Override
    public void close() {
        nodes.clear();
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }
}
