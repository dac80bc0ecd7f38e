package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.View;

/** Layer normalisation of the last axis, and the gated transform, which multiplies its result by another operand. */
final class LayerNormKernel implements FusedKernel {
    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;
    private final double epsilon;
    private final boolean gated;

    LayerNormKernel(Dispatcher to, Memory memory, PlainOps plain, double epsilon, boolean gated) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
        this.epsilon = epsilon;
        this.gated = gated;
    }

    /** x, gate (or x again), gamma, beta. */
    private View[] operands(View[] inputs) {
        View x = inputs[0];
        int parameters = gated ? 2 : 1;
        return new View[] {
            x, gated ? inputs[1] : x, inputs[parameters].expand(x.shape()), inputs[parameters + 1].expand(x.shape())
        };
    }

    private Meta meta(View... views) {
        Shape shape = views[0].shape();
        int last = shape.rank() - 1;
        Meta meta = new Meta(new float[] {(float) epsilon}, shape.size(last), gated ? 1 : 0);
        Layout[] starts = new Layout[views.length];
        for (int i = 0; i < views.length; i++) {
            meta.set(Norms.STRIDES + i, views[i].layout().stride(last));
            starts[i] = views[i].layout().slice(last, 0, 1, 1);
        }
        return meta.block(starts);
    }

    private static int rows(View x) {
        return x.shape().elements() / x.shape().size(-1);
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        View[] in = operands(inputs);
        if (rows(in[0]) == 0) {
            return;
        }
        to.dispatch(new DeviceTask(
                Norms.FORWARD,
                Grid.groups(rows(in[0]), Norms.GROUP),
                meta(in[0], in[1], in[2], in[3], outputs[0]),
                storages(in[0], in[1], in[2], in[3], outputs[0])));
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        View[] in = operands(inputs);
        Shape shape = in[0].shape();
        Shape flat = Shape.of(rows(in[0]), shape.size(-1));
        int parameters = gated ? 2 : 1;
        View[] temporaries = new View[4];
        for (int i = 0; i < temporaries.length; i++) {
            TornadoStorage storage = memory.floats(shape.elements());
            temporaries[i] = new View(storage, Layout.contiguous(i < 2 ? shape : flat));
        }
        View dX = dInputs[0] != null ? dInputs[0] : temporaries[0];
        // Gradients may lie side by side in one storage, but no kernel can be given one that it writes twice.
        boolean shared = gated && dInputs[1] != null && dX.storage().equals(dInputs[1].storage());
        View dGate = gated && dInputs[1] != null && !shared ? dInputs[1] : temporaries[1];
        if (flat.size(0) > 0) {
            Meta meta = meta(in[0], in[1], in[2], in[3], dOut, dX, dGate);
            to.dispatch(new DeviceTask(
                    Norms.BACKWARD,
                    Grid.groups(flat.size(0), Norms.GROUP),
                    meta,
                    storages(in[0], in[1], in[2], in[3], dOut, dX, dGate, temporaries[2], temporaries[3])));
        }
        if (shared) {
            plain.copy(dGate, dInputs[1]);
        }
        for (int i = 0; i < 2; i++) {
            View wanted = dInputs[parameters + i];
            if (wanted != null) {
                Layout row = wanted.layout().reshape(Shape.of(1, flat.size(1)));
                plain.reduce(ReduceOp.SUM, temporaries[2 + i], new View(wanted.storage(), row));
            }
        }
        for (View temporary : temporaries) {
            memory.giveBack(TornadoStorage.of(temporary.storage()));
        }
    }

    private static TornadoStorage[] storages(View... views) {
        TornadoStorage[] storages = new TornadoStorage[views.length];
        for (int i = 0; i < views.length; i++) {
            storages[i] = TornadoStorage.of(views[i].storage());
        }
        return storages;
    }
}
