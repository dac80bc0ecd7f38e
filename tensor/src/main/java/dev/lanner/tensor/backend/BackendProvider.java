package dev.lanner.tensor.backend;

/** Announces a backend to {@link Backends}, through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The name by which {@code -Dbackend=} asks for it. */
    String name();

    /**
     * Makes the backend.
     *
     * @throws BackendException if it cannot run here; the message says what to install and how to check it
     */
    Backend create();
}
