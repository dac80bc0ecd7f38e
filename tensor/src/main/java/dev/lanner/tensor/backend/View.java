package dev.lanner.tensor.backend;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;

/**
 * An operand of a backend: elements of a storage, picked by a layout.
 *
 * @param storage the memory
 * @param layout where the elements lie in it
 */
public record View(Storage storage, Layout layout) {
    /** The type of the elements. */
    public DType dtype() {
        return storage.dtype();
    }

    /** The sizes. */
    public Shape shape() {
        return layout.shape();
    }

    /** The same elements expanded to a shape that this one broadcasts to. */
    public View expand(Shape target) {
        return shape().equals(target) ? this : new View(storage, layout.expand(target));
    }
}
