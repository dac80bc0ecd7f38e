package dev.lanner.nn;

import dev.lanner.tensor.Tensor;

/** Layers one after the other, named {@code layers.0}, {@code layers.1} and so on. */
public final class Sequential extends Layer {
    private final ModuleList<Layer> layers = child("layers", new ModuleList<>());

    /** The layers in their order. */
    public Sequential(Layer... layers) {
        for (Layer layer : layers) {
            this.layers.add(layer);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor out = x;
        for (Layer layer : layers) {
            out = layer.forward(out);
        }
        return out;
    }
}
