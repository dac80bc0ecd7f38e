package dev.lanner.tensor.backend;

import dev.lanner.tensor.DType;

/**
 * A run of elements in a backend's memory. May be longer than asked for: nobody reads its length, a {@link View} says what counts. One
 * thread gives it back, when no other uses it.
 */
public abstract class Storage {
    private boolean released;

    /** Memory in use. */
    protected Storage() {}

    /** The type of the elements. */
    public abstract DType dtype();

    /** Whether it was given back: its memory may hold something else by now. */
    public final boolean isReleased() {
        return released;
    }

    /**
     * Notes that it was given back: for backends, which hand its memory out again, if at all, as another storage.
     *
     * @throws IllegalStateException if it was given back before
     */
    public final void markReleased() {
        if (released) {
            throw new IllegalStateException("release: the storage was released before");
        }
        released = true;
    }
}
