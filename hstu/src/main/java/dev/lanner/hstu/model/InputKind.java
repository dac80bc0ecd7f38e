package dev.lanner.hstu.model;

/** What an event becomes before the first block. */
public enum InputKind {
    /** The article's: {@code W2 silu(W1 [E_item[id] ; E_action[a]] + b1) + b2}. */
    FUSED_ACTION,
    /** The article's without the action: {@code W2 silu(W1 E_item[id] + b1) + b2}. */
    FUSED_ITEM,
    /**
     * The paper's: {@code dropout(E_item[id] sqrt(D) + P[position])}, positions counted from the oldest event that is kept, which is
     * 0.
     */
    ITEM_POSITION
}
