package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Elements in a device array, whose host side is off-heap memory.
 *
 * @param dtype the type of the elements
 * @param array what kernels are given
 */
record TornadoStorage(DType dtype, TornadoNativeArray array) implements Storage {
    /** New memory, zeros. */
    static TornadoStorage allocate(DType dtype, int size) {
        return new TornadoStorage(dtype, array(dtype, size));
    }

    /** A device array of the dtype. */
    static TornadoNativeArray array(DType dtype, int size) {
        return switch (dtype) {
            case F32 -> new FloatArray(size);
            case I32 -> new IntArray(size);
            case I64 -> new LongArray(size);
            case F64 ->
                throw new BackendException("the tornado backend does not compute in F64; the reference backend does"
                        + " (-Dbackend=reference)");
        };
    }

    static TornadoStorage of(Storage storage) {
        return (TornadoStorage) storage;
    }

    /** The number of elements there is room for. */
    int size() {
        return array.getSize();
    }

    /** The elements on the host's side. */
    MemorySegment elements() {
        return array.getSegment();
    }

    /** Copies {@code count} host elements to the start. */
    void copyFrom(HostArray source, int count) {
        MemorySegment.copy(heap(source), 0, elements(), 0, bytes(count));
    }

    /** Copies {@code count} elements from {@code offset} on to the start of a host array. */
    void copyTo(int offset, HostArray target, int count) {
        MemorySegment.copy(elements(), bytes(offset), heap(target), 0, bytes(count));
    }

    private long bytes(int count) {
        return (long) count * array.getElementSize();
    }

    private MemorySegment heap(HostArray values) {
        if (values.dtype() != dtype) {
            throw new IllegalArgumentException("copy: dtypes differ, " + values.dtype() + " vs " + dtype);
        }
        return switch (dtype) {
            case F32 -> MemorySegment.ofArray(values.floats());
            case F64 -> MemorySegment.ofArray(values.doubles());
            case I32 -> MemorySegment.ofArray(values.ints());
            case I64 -> MemorySegment.ofArray(values.longs());
        };
    }

    /** Storages are the same only if they are one object. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return dtype + "[" + size() + "]";
    }
}
