package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/** {@code y = x W^T + b}. Inputs: x {@code [N, K]}, W {@code [M, K]}, b {@code [M]}; output {@code [N, M]}. */
public record Linear() implements FusedOp {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        return new Shape[] {shape(name(), inputs)};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        return new Tensor[] {product(inputs)};
    }

    /** The shape rule of operations that begin with this one. */
    static Shape shape(String op, Tensor... inputs) {
        Tensor x = inputs[0];
        Tensor weight = inputs[1];
        Operands.rank(op, "x", x, 2);
        Operands.rank(op, "weight", weight, 2);
        Operands.shape(op, "weight", weight, weight.size(0), x.size(1));
        Operands.shape(op, "bias", inputs[2], weight.size(0));
        return Shape.of(x.size(0), weight.size(0));
    }

    /** {@code x W^T + b} in plain operations. */
    static Tensor product(Tensor... inputs) {
        return inputs[0].matmul(inputs[1].transpose()).add(inputs[2]);
    }
}
