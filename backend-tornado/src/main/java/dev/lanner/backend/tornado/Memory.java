package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;

/** Where tasks that need memory of their own take it from. */
interface Memory {
    /** Memory of at least {@code size} elements, contents undefined. */
    TornadoStorage take(DType dtype, int size);

    /** Takes memory back: tasks that come later may be given it. */
    void giveBack(TornadoStorage storage);

    /**
     * Memory that holds host values, to be given back after use.
     *
     * @param count of the values
     */
    TornadoStorage holding(HostArray values, int count);

    /**
     * Memory with one I32: a training step, or where it is {@link dev.lanner.tensor.RandomKey#EACH_STEP} that of the run. To be given
     * back after use.
     */
    TornadoStorage step(int step);

    /** Whether tasks run again, at steps that nobody knows yet: {@link dev.lanner.tensor.RandomKey#EACH_STEP} has no number on the host
     * then. */
    default boolean isForProgram() {
        return false;
    }

    /** Memory for F32. */
    default TornadoStorage floats(int size) {
        return take(DType.F32, size);
    }

    /** Memory for I32. */
    default TornadoStorage ints(int size) {
        return take(DType.I32, size);
    }
}
