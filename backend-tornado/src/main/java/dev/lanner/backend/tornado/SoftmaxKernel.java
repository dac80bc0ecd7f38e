package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.View;

/** Softmax of the last axis: y in place of x, and {@code dx = y (dy - sum(y dy))}. */
final class SoftmaxKernel implements FusedKernel {
    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;

    SoftmaxKernel(Dispatcher to, Memory memory, PlainOps plain) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        plain.copy(inputs[0], outputs[0]);
        SoftmaxRows.apply(to, outputs[0]);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        View dX = dInputs[0];
        if (dX == null || dX.shape().elements() == 0) {
            return;
        }
        View y = outputs[0];
        Shape rows = dX.shape().with(dX.shape().rank() - 1, 1);
        TornadoStorage storage = memory.floats(rows.elements());
        View sums = new View(storage, Layout.contiguous(rows));
        plain.binary(BinaryOp.MUL, y, dOut, dX);
        plain.reduce(ReduceOp.SUM, dX, sums);
        plain.binary(BinaryOp.SUB, dOut, sums.expand(dX.shape()), dX);
        plain.binary(BinaryOp.MUL, dX, y, dX);
        memory.giveBack(storage);
    }
}
