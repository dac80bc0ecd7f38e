package dev.lanner.tensor;

/** A NaN or an infinity where {@link NonFinite} looks for them. The message names the operation and where it was asked for. */
public final class NonFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    public NonFiniteException(String message) {
        super(message);
    }
}
