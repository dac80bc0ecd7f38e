package dev.lanner.tensor;

import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;

/** Stands for a storage while a program is recorded; the program's real storages are chosen when it is known how long each is needed. */
final class Slot extends Storage {
    /** What a slot is for. */
    enum Kind {
        /** Set between runs. */
        INPUT,
        /** The same in every run. */
        CONSTANT,
        /** Computed in every run. */
        INTERMEDIATE
    }

    private final DType dtype;
    private final int size;
    private Kind kind = Kind.INTERMEDIATE;
    private HostArray values;
    /** Bounds of I32 values, where they are known: [low, high). */
    private long low = Long.MIN_VALUE;

    private long high = Long.MAX_VALUE;

    Slot(DType dtype, int size) {
        this.dtype = dtype;
        this.size = size;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    /** Elements asked for. */
    int size() {
        return size;
    }

    Kind kind() {
        return kind;
    }

    void become(Kind other) {
        kind = other;
    }

    /** What a constant from the host holds, null for one that a launch fills. */
    HostArray values() {
        return values;
    }

    void hold(HostArray constant) {
        kind = Kind.CONSTANT;
        values = constant;
    }

    /** Remembers that all values are in [from, to). */
    void bound(long from, long to) {
        low = from;
        high = to;
    }

    /** Forgets about the values. */
    void unbound() {
        bound(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    long low() {
        return low;
    }

    long high() {
        return high;
    }
}
