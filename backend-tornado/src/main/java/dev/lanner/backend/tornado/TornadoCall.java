package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Calls of TornadoVM, which fails with exceptions and errors of many kinds; few of them say of what. */
final class TornadoCall {
    private TornadoCall() {}

    /**
     * Makes a call.
     *
     * @param what for the message, like {@code kernel add on a device}
     * @throws BackendException if it fails, whatever TornadoVM threw; but for the host's memory, whose end stays what it is
     */
    static <T> T named(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (BackendException | OutOfMemoryError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new BackendException(what + " failed: " + e, e);
        }
    }

    /** Does something with all, also where it fails with some: what the first such says is thrown in the end, with the others' beside it. */
    static <T> void forAll(Iterable<T> all, Consumer<T> action) {
        Throwable failure = null;
        for (T each : all) {
            try {
                action.accept(each);
            } catch (RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Closes what has failed. What it says to that is kept beside the failure: half of it may never have been there. */
    static void close(Throwable failure, Runnable failed) {
        try {
            failed.run();
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
