package dev.lanner.tensor.backend;

import dev.lanner.tensor.DType;

/** Storage in a Java array: what the CPU backends compute on, and the form in which every backend takes in and hands out data. */
public final class HostArray extends Storage {
    private final DType dtype;
    private final Object array;

    private HostArray(DType dtype, Object array) {
        this.dtype = dtype;
        this.array = array;
    }

    /** A new array of zeros. */
    public static HostArray allocate(DType dtype, int size) {
        return switch (dtype) {
            case F32 -> of(new float[size]);
            case F64 -> of(new double[size]);
            case I32 -> of(new int[size]);
            case I64 -> of(new long[size]);
        };
    }

    /** Wraps without a copy. */
    public static HostArray of(float[] values) {
        return new HostArray(DType.F32, values);
    }

    /** Wraps without a copy. */
    public static HostArray of(double[] values) {
        return new HostArray(DType.F64, values);
    }

    /** Wraps without a copy. */
    public static HostArray of(int[] values) {
        return new HostArray(DType.I32, values);
    }

    /** Wraps without a copy. */
    public static HostArray of(long[] values) {
        return new HostArray(DType.I64, values);
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    /** The length of the Java array, which may be more than what counts: for pools only. */
    public int length() {
        return switch (dtype) {
            case F32 -> floats().length;
            case F64 -> doubles().length;
            case I32 -> ints().length;
            case I64 -> longs().length;
        };
    }

    /** The elements of an F32 array. */
    public float[] floats() {
        return (float[]) array;
    }

    /** The elements of an F64 array. */
    public double[] doubles() {
        return (double[]) array;
    }

    /** The elements of an I32 array. */
    public int[] ints() {
        return (int[]) array;
    }

    /** The elements of an I64 array. */
    public long[] longs() {
        return (long[]) array;
    }

    /** One element as a double (exact but for I64 beyond 2^53). */
    public double getDouble(int position) {
        return switch (dtype) {
            case F32 -> floats()[position];
            case F64 -> doubles()[position];
            case I32 -> ints()[position];
            case I64 -> longs()[position];
        };
    }

    /** One element as a long; floating point numbers are cut towards zero. */
    public long getLong(int position) {
        return switch (dtype) {
            case F32 -> (long) floats()[position];
            case F64 -> (long) doubles()[position];
            case I32 -> ints()[position];
            case I64 -> longs()[position];
        };
    }

    /** Stores a double, rounded or cut to the dtype. */
    public void setDouble(int position, double value) {
        switch (dtype) {
            case F32 -> floats()[position] = (float) value;
            case F64 -> doubles()[position] = value;
            case I32 -> ints()[position] = (int) value;
            case I64 -> longs()[position] = (long) value;
        }
    }

    /** Stores a long, rounded or wrapped to the dtype. */
    public void setLong(int position, long value) {
        switch (dtype) {
            case F32 -> floats()[position] = value;
            case F64 -> doubles()[position] = value;
            case I32 -> ints()[position] = (int) value;
            case I64 -> longs()[position] = value;
        }
    }

    /** Ends this storage, whose Java array is another's from now on: for pools. */
    public HostArray handOn() {
        markReleased();
        return new HostArray(dtype, array);
    }

    /** Copies elements from an array of the same dtype. */
    public void copyFrom(HostArray source, int sourceOffset, int offset, int count) {
        if (source.dtype != dtype) {
            throw new IllegalArgumentException("copy: dtypes differ, " + source.dtype + " vs " + dtype);
        }
        System.arraycopy(source.array, sourceOffset, array, offset, count);
    }
}
