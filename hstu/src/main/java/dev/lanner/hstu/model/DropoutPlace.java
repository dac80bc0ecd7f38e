package dev.lanner.hstu.model;

/** Where an HSTU block drops elements. */
public enum DropoutPlace {
    /** The paper's: {@code y = W_o dropout(U ⊙ LN(AV)) + b_o + x}. */
    BEFORE_OUTPUT,
    /** The article's: {@code y = dropout(W_o (U ⊙ LN(AV)) + b_o) + x}. */
    AFTER_OUTPUT
}
