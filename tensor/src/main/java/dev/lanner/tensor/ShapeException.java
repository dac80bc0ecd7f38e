package dev.lanner.tensor;

/** Shapes, axes or dtypes that an operation cannot take. The message names the operation, the rule and both sides. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
