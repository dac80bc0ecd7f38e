package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * The gate of an HSTU block: {@code LayerNorm(o) ⊙ u}. Inputs: o {@code [N, D]}, u {@code [N, D]}, gamma {@code [D]}, beta
 * {@code [D]}; output {@code [N, D]}.
 *
 * @param epsilon added to the variance
 */
public record GatedTransform(double epsilon) implements FusedOp {
    /** Checks the attribute. */
    public GatedTransform {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("gatedTransform: epsilon must not be negative, found " + epsilon);
        }
    }

    @Override
    public String name() {
        return "gatedTransform";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Operands.rank(name(), "o", inputs[0], 2);
        Shape[] normalised = new LayerNorm(epsilon).outputShapes(inputs[0], inputs[2], inputs[3]);
        Operands.shape(name(), "u", inputs[1], inputs[0].shape().sizes());
        return normalised;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor normalised = new LayerNorm(epsilon).reference(inputs[0], inputs[2], inputs[3])[0];
        return new Tensor[] {normalised.mul(inputs[1])};
    }
}
