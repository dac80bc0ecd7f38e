package dev.lanner.hstu.data;

/** Data that cannot be read. The message is one line that names the file, the line where there is one, and the rule. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error that the reader found. */
    public DataException(String message) {
        super(message);
    }

    /** An error that the file system reported. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
