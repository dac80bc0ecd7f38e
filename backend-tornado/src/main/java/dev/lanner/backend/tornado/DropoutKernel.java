package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.Dropout;

/** Dropout, whose mask is drawn again in the backward pass. */
final class DropoutKernel implements FusedKernel {
    private final Dispatcher to;
    private final Memory memory;
    private final Dropout op;

    DropoutKernel(Dispatcher to, Memory memory, Dropout op) {
        this.to = to;
        this.memory = memory;
        this.op = op;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        apply(inputs[0], null, outputs[0]);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        apply(dOut, null, dInputs[0]);
    }

    /**
     * {@code out = mask x + residual}.
     *
     * @param residual null for none
     */
    void apply(View x, View residual, View out) {
        int count = out.shape().elements();
        if (count == 0) {
            return;
        }
        View added = residual == null ? x : residual;
        Meta meta = new Meta(new float[] {(float) (1 / (1 - op.probability()))}, count);
        PlainOps.stream(op.key(), meta);
        meta.set(4, (int) Math.round(op.probability() * (1 << 24))).set(5, residual == null ? 0 : 1);
        TornadoStorage step = memory.step(op.key().step());
        to.dispatch(new DeviceTask(
                FusedElements.DROPOUT,
                Grid.elements(count),
                meta.block(x.layout(), added.layout(), out.layout()),
                step,
                TornadoStorage.of(x.storage()),
                TornadoStorage.of(added.storage()),
                TornadoStorage.of(out.storage())));
        memory.giveBack(step);
    }
}
