package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/** {@code exp(x - max) / sum(exp(x - max))} along the last axis. Input: x {@code [..., n]}; output of the same shape. */
public record Softmax() implements FusedOp {
    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Operands.lastAxis(name(), inputs[0]);
        return new Shape[] {inputs[0].shape()};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor x = inputs[0];
        Tensor exp = x.sub(x.detach().max(true, -1)).exp();
        return new Tensor[] {exp.div(exp.sum(true, -1))};
    }
}
