package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;

/** Where tasks that need memory of their own take it from. */
interface Memory {
    /** Memory of at least {@code size} elements, contents undefined. */
    TornadoStorage take(DType dtype, int size);

    /** Takes memory back: tasks that come later may be given it. */
    void giveBack(TornadoStorage storage);

    /** Memory for F32. */
    default TornadoStorage floats(int size) {
        return take(DType.F32, size);
    }

    /** Memory for I32. */
    default TornadoStorage ints(int size) {
        return take(DType.I32, size);
    }
}
