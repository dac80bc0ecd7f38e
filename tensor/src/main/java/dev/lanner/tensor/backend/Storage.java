package dev.lanner.tensor.backend;

import dev.lanner.tensor.DType;

/** A run of elements in a backend's memory. May be longer than asked for: nobody reads its length, a {@link View} says what counts. */
public interface Storage {
    /** The type of the elements. */
    DType dtype();
}
