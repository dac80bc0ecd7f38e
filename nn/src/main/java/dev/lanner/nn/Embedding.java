package dev.lanner.nn;

import dev.lanner.tensor.Tensor;

/** A table {@code [R, D]} ("weight") whose row 0 stands for padding: zeros, never trained. */
public final class Embedding extends Module {
    /** The row of padding. */
    public static final int PADDING = 0;

    private final Tensor weight;

    /**
     * A table of given initial values, but for the row of padding, which becomes 0.
     *
     * @param weight {@code [R, D]}, R at least 1
     */
    public Embedding(Tensor weight) {
        if (weight.shape().rank() != 2 || weight.size(0) < 1) {
            throw new IllegalArgumentException(
                    "embedding: the table must be [R, D] with a row for padding, found " + weight);
        }
        Tensor padding = weight.narrow(0, PADDING, 1);
        weight.backend().fill(0, padding.view());
        this.weight = parameter("weight", weight);
    }

    /** The whole table, {@code [R, D]}. */
    public Tensor weight() {
        return weight;
    }

    /**
     * Looks up rows.
     *
     * @param ids I32 {@code [...]}, in [0, R)
     * @return {@code [..., D]}
     */
    public Tensor forward(Tensor ids) {
        return weight.embedding(ids, PADDING);
    }
}
