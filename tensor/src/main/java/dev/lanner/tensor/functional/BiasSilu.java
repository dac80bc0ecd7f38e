package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/** {@code silu(x + bias)}, what follows a matmul. Inputs: x {@code [N, M]}, bias {@code [M]}; output {@code [N, M]}. */
public record BiasSilu() implements FusedOp {
    @Override
    public String name() {
        return "biasSilu";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Operands.rank(name(), "x", inputs[0], 2);
        Operands.shape(name(), "bias", inputs[1], inputs[0].size(1));
        return new Shape[] {inputs[0].shape()};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        return new Tensor[] {inputs[0].add(inputs[1]).silu()};
    }
}
