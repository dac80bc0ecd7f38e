package dev.lanner.nn;

import dev.lanner.tensor.Tensor;

/** A module that maps one tensor to one tensor. */
public abstract class Layer extends Module {
    /** A layer without parameters yet. */
    protected Layer() {}

    /** The layer's output. */
    public abstract Tensor forward(Tensor x);
}
