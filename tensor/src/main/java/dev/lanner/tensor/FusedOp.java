package dev.lanner.tensor;

/**
 * An operation that a backend may run as one kernel. It carries its reference, the same function in plain operations, which is
 * fallback, test oracle and default gradient in one; an operation whose reference has no gradient, such as a search, has none.
 * Implementations are records of the operation's attributes; operands come as tensors.
 */
public interface FusedOp {
    /** The operation's name in messages. */
    String name();

    /**
     * The shape rule.
     *
     * @param inputs the operands
     * @return shapes of the outputs; the first is the result that gradients flow from
     * @throws ShapeException if the operands do not fit
     */
    Shape[] outputShapes(Tensor... inputs);

    /**
     * Whether an operand is of integers, such as indices or times, whose dtype the shape rule checks. All others must be floating point,
     * of one dtype.
     *
     * @param input number of the operand
     */
    default boolean isInteger(int input) {
        return false;
    }

    /**
     * Whether an operand is only added to the first output, and has its shape: its gradient is that output's own, and a backend's
     * kernel is not asked for it.
     *
     * @param input number of the operand
     */
    default boolean isAdded(int input) {
        return false;
    }

    /**
     * The operation at the step of a program's run; itself if it draws no random numbers.
     *
     * @param step takes the place of {@link RandomKey#EACH_STEP}
     */
    default FusedOp at(int step) {
        return this;
    }

    /**
     * Whether {@link #reference} looks at values of its operands to decide what to compute. Such an operation runs as a whole also where
     * the backend has no kernel, so that a {@link Program} can hold it.
     */
    default boolean readsValues() {
        return false;
    }

    /**
     * The operation in plain operations.
     *
     * @param inputs operands that the shape rule has passed
     * @return the outputs
     */
    Tensor[] reference(Tensor... inputs);
}
