package dev.lanner.tensor;

/** The type of a tensor's elements. */
public enum DType {
    /** 32-bit floating point: what models are trained in. */
    F32(true),
    /** 64-bit floating point: reference backend only, for gradient checks. */
    F64(true),
    /** 32-bit integers: row indices, counts and masks (0 or 1). */
    I32(false),
    /** 64-bit integers: timestamps. */
    I64(false);

    private final boolean floating;

    DType(boolean floating) {
        this.floating = floating;
    }

    /** Whether elements are floating point numbers, and so may carry gradients. */
    public boolean isFloating() {
        return floating;
    }
}
