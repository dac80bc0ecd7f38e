package dev.lanner.benchmarks.peers;

/** The two sides do not compute the same, so that timing them would mean nothing. */
final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MismatchException(String message) {
        super(message);
    }
}
