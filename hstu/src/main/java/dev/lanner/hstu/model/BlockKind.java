package dev.lanner.hstu.model;

/** What the encoder is made of. */
public enum BlockKind {
    /** {@link HstuBlock}. */
    HSTU,
    /** {@link SasrecBlock}. */
    SASREC
}
