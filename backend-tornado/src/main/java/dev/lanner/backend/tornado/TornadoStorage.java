package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Elements in a device array, whose host side is off-heap memory. A program may hold newer elements on the device: whoever looks at
 * those of the host gets them fetched first.
 */
final class TornadoStorage extends Storage {
    /** Who holds newer elements than the host. */
    interface Holder {
        /** Copies the elements to the host's side. */
        void fetch(TornadoStorage storage);
    }

    private final DType dtype;
    private final TornadoNativeArray array;
    private Holder holder;
    private long version;

    private TornadoStorage(DType dtype, TornadoNativeArray array) {
        this.dtype = dtype;
        this.array = array;
    }

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

    @Override
    public DType dtype() {
        return dtype;
    }

    /** What kernels are given. */
    TornadoNativeArray array() {
        return array;
    }

    /** The number of elements there is room for. */
    int size() {
        return array.getSize();
    }

    /** What the elements take, on the host and on the device each. */
    long bytes() {
        return bytes(size());
    }

    /** The elements on the host's side, the newest ones. */
    MemorySegment elements() {
        if (holder != null) {
            holder.fetch(this);
            holder = null;
        }
        return array.getSegment();
    }

    /** Notes that the elements of the host's side were changed. */
    void changed() {
        version++;
    }

    /** Notes that somebody has changed the elements on the device. */
    void changedBy(Holder newest) {
        holder = newest;
        version++;
    }

    /** Forgets newer elements, which nobody wants. */
    void drop() {
        holder = null;
    }

    /** Whether this holder's elements are newer than those of the host. */
    boolean isHeldBy(Holder candidate) {
        return Objects.equals(holder, candidate);
    }

    /** Ends this storage, whose memory is another's from now on. */
    TornadoStorage handOn() {
        markReleased();
        holder = null;
        return new TornadoStorage(dtype, array);
    }

    /** Counts changes. */
    long version() {
        return version;
    }

    /** Copies {@code count} host elements to the start. */
    void copyFrom(HostArray source, int count) {
        MemorySegment.copy(heap(source), 0, elements(), 0, bytes(count));
        changed();
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

    @Override
    public String toString() {
        return dtype + "[" + size() + "]";
    }
}
