package dev.lanner.tensor;

/**
 * Detection of NaN and infinity, as a mode: while it is on, every operation on this thread checks its result, and every gradient
 * is checked on its way back. Slow (everything is read back), meant for finding where a training run breaks.
 *
 * <pre>{@code
 * try (NonFinite detection = NonFinite.detect()) {
 *     train();
 * }
 * }</pre>
 */
public final class NonFinite implements AutoCloseable {
    private static final ThreadLocal<NonFinite> CURRENT = new ThreadLocal<>();
    private static final StackWalker STACK = StackWalker.getInstance();
    private static final String OWN_PACKAGE = "dev.lanner.tensor";

    private final NonFinite outer;

    private NonFinite(NonFinite outer) {
        this.outer = outer;
    }

    /** Switches detection on for this thread, until closed. */
    public static NonFinite detect() {
        NonFinite detection = new NonFinite(CURRENT.get());
        CURRENT.set(detection);
        return detection;
    }

    /** Back to what was before. */
    @Override
    public void close() {
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
    }

    static boolean isOn() {
        return CURRENT.get() != null;
    }

    /** Where the caller's code asked for the running operation; null while the mode is off, as walking the stack costs. */
    static String origin() {
        if (!isOn()) {
            return null;
        }
        return STACK.walk(frames -> frames.filter(frame -> !isOwn(frame.getClassName()))
                .findFirst()
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName() + ":"
                        + frame.getLineNumber() + ")")
                .orElse("an unknown place"));
    }

    private static boolean isOwn(String className) {
        int end = className.lastIndexOf('.');
        String packageName = end < 0 ? "" : className.substring(0, end);
        return packageName.equals(OWN_PACKAGE) || packageName.equals(OWN_PACKAGE + ".functional");
    }

    static void checkResult(String op, Tensor out, Tensor... inputs) {
        if (!isOn()) {
            return;
        }
        String found = describe(out);
        if (found != null) {
            StringBuilder message = new StringBuilder(op)
                    .append(": the result ")
                    .append(out)
                    .append(" has ")
                    .append(found);
            for (int i = 0; i < inputs.length; i++) {
                message.append(", input ").append(i).append(' ').append(inputs[i]);
                String before = describe(inputs[i]);
                message.append(before == null ? " is finite" : " has " + before);
            }
            throw new NonFiniteException(
                    message.append("; created at ").append(origin()).toString());
        }
    }

    static void checkGradient(String op, String origin, Tensor gradient) {
        if (!isOn()) {
            return;
        }
        String found = describe(gradient);
        if (found != null) {
            throw new NonFiniteException("backward of " + op + ": the gradient of its result " + gradient + " has "
                    + found + (origin == null ? "" : "; created at " + origin));
        }
    }

    /** Names the operation whose gradient rule ran into it: the rule's own operations were not asked for by the caller. */
    static NonFiniteException inBackward(String op, String origin, NonFiniteException found) {
        return new NonFiniteException(
                "backward of " + op + (origin == null ? "" : ", created at " + origin) + ": " + found.getMessage());
    }

    /** What is not finite and where, or null. */
    private static String describe(Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            return null;
        }
        var host = Creation.download("nonFinite", tensor);
        for (int i = 0; i < tensor.shape().elements(); i++) {
            double value = host.getDouble(i);
            if (!Double.isFinite(value)) {
                return value + " at element " + i;
            }
        }
        return null;
    }
}
