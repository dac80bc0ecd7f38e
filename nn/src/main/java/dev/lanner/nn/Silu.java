package dev.lanner.nn;

import dev.lanner.tensor.Tensor;

/** {@code x * sigmoid(x)}, element by element. */
public final class Silu extends Layer {
    /** A layer without parameters. */
    public Silu() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.silu();
    }
}
