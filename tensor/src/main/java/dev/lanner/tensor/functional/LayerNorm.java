package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * Layer normalisation (Ba et al., 2016) of the last axis: {@code (x - mean) / sqrt(var + epsilon) * gamma + beta}, with the biased
 * variance. Inputs: x {@code [..., D]}, gamma {@code [D]}, beta {@code [D]}; output of the shape of x.
 *
 * @param epsilon added to the variance
 */
public record LayerNorm(double epsilon) implements FusedOp {
    /** Checks the attribute. */
    public LayerNorm {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("layerNorm: epsilon must not be negative, found " + epsilon);
        }
    }

    @Override
    public String name() {
        return "layerNorm";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        int width = Operands.lastAxis(name(), inputs[0]);
        Operands.shape(name(), "gamma", inputs[1], width);
        Operands.shape(name(), "beta", inputs[2], width);
        return new Shape[] {inputs[0].shape()};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor x = inputs[0];
        Tensor centred = x.sub(x.mean(true, -1));
        Tensor deviation = centred.square().mean(true, -1).add(epsilon).sqrt();
        return new Tensor[] {centred.div(deviation).mul(inputs[1]).add(inputs[2])};
    }
}
