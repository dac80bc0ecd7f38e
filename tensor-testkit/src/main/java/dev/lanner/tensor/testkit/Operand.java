package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;

/**
 * An operand of a backend's call before it is uploaded: a whole storage, of which the layout picks the elements that count. Around
 * them lie guards: NaN around inputs, so that one that is read spoils the result, a known number around outputs, so that one that
 * is overwritten is noticed.
 */
final class Operand {
    /** What lies around the elements of an output (as an integer for integer dtypes). */
    static final double GUARD = 12345.5;

    /** Guards behind the last element: more than the widest vector. */
    private static final int BEHIND = 40;

    private final Layout layout;
    private final HostArray storage;
    private final int size;

    private Operand(Layout layout, HostArray storage, int size) {
        this.layout = layout;
        this.storage = storage;
        this.size = size;
    }

    /** An operand to read. Where the arrangement repeats elements, the last value for a position counts. */
    static Operand in(HostArray values, Shape shape, Arrangement arrangement) {
        return create(values, shape, arrangement, values.dtype().isFloating() ? Double.NaN : Integer.MAX_VALUE);
    }

    /** An operand to read and write. */
    static Operand inOut(HostArray values, Shape shape, Arrangement arrangement) {
        return create(values, shape, arrangement, GUARD);
    }

    /** An operand to write: its elements are NaN (integers: a number that is no result) before. */
    static Operand out(DType dtype, Shape shape, Arrangement arrangement) {
        HostArray values = HostArray.allocate(dtype, shape.elements());
        for (int i = 0; i < shape.elements(); i++) {
            values.setDouble(i, dtype.isFloating() ? Double.NaN : -GUARD);
        }
        return create(values, shape, arrangement.repeats() ? Arrangement.STRIDED : arrangement, GUARD);
    }

    private static Operand create(HostArray values, Shape shape, Arrangement arrangement, double guard) {
        Layout layout = arrangement.layout(shape);
        int extent = 0;
        for (int i = 0; i < shape.elements(); i++) {
            extent = Math.max(extent, layout.position(i) + 1);
        }
        int size = extent + BEHIND;
        HostArray storage = HostArray.allocate(values.dtype(), size);
        for (int i = 0; i < size; i++) {
            storage.setDouble(i, guard);
        }
        for (int i = 0; i < shape.elements(); i++) {
            copyElement(values, i, storage, layout.position(i));
        }
        return new Operand(layout, storage, size);
    }

    /** The same elements row-major without guards. */
    Operand packed() {
        return new Operand(Layout.contiguous(shape()), values(), shape().elements());
    }

    /** The magnitudes of the elements, all of one sign (1 or -1), row-major without guards. */
    Operand withSign(int sign) {
        HostArray magnitudes = values();
        for (int i = 0; i < shape().elements(); i++) {
            magnitudes.setDouble(i, sign * Math.abs(magnitudes.getDouble(i)));
        }
        return new Operand(Layout.contiguous(shape()), magnitudes, shape().elements());
    }

    /** The elements in row-major order, a copy. */
    HostArray values() {
        return picked(storage);
    }

    /** The elements in row-major order of a storage that this operand was uploaded to. */
    HostArray picked(HostArray from) {
        HostArray values = HostArray.allocate(dtype(), shape().elements());
        for (int i = 0; i < shape().elements(); i++) {
            copyElement(from, layout.position(i), values, i);
        }
        return values;
    }

    /** Position of a guard that another storage has not kept, or -1. */
    int brokenGuard(HostArray found) {
        boolean[] counts = new boolean[size];
        for (int i = 0; i < shape().elements(); i++) {
            counts[layout.position(i)] = true;
        }
        for (int position = 0; position < size; position++) {
            if (!counts[position] && !sameBits(storage, position, found, position)) {
                return position;
            }
        }
        return -1;
    }

    /** Whether another storage holds the same bits everywhere. */
    boolean isUnchanged(HostArray found) {
        for (int position = 0; position < size; position++) {
            if (!sameBits(storage, position, found, position)) {
                return false;
            }
        }
        return true;
    }

    /** Whether two elements of one dtype are equal in every bit (all NaN are one). */
    static boolean sameBits(HostArray a, int i, HostArray b, int j) {
        return a.dtype() == DType.I64
                ? a.getLong(i) == b.getLong(j)
                : Double.compare(a.getDouble(i), b.getDouble(j)) == 0;
    }

    /** Copies an element without loss. */
    private static void copyElement(HostArray from, int i, HostArray to, int j) {
        to.copyFrom(from, i, j, 1);
    }

    DType dtype() {
        return storage.dtype();
    }

    Shape shape() {
        return layout.shape();
    }

    Layout layout() {
        return layout;
    }

    HostArray storage() {
        return storage;
    }

    /** The number of elements of the storage, guards included. */
    int size() {
        return size;
    }

    @Override
    public String toString() {
        return dtype() + " " + layout;
    }
}
