package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AdamStep;

/** One step of Adam in one task. */
final class AdamStepKernel implements FusedKernel {
    private final Dispatcher to;
    private final AdamStep op;

    AdamStepKernel(Dispatcher to, AdamStep op) {
        this.to = to;
        this.op = op;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        int count = inputs[0].shape().elements();
        if (count == 0) {
            return;
        }
        float[] reals = {
            (float) op.beta1(),
            (float) op.beta2(),
            (float) op.epsilon(),
            (float) op.weightDecay(),
            (float) (1 - op.beta1()),
            (float) (1 - op.beta2())
        };
        Layout rates = inputs[4].layout();
        Meta meta = new Meta(reals, count, op.decoupled() ? 1 : 0, rates.stride(0), rates.offset());
        View[] views = {inputs[0], inputs[1], inputs[2], inputs[3], outputs[0], outputs[1], outputs[2]};
        Layout[] layouts = new Layout[views.length];
        for (int i = 0; i < views.length; i++) {
            layouts[i] = views[i].layout();
        }
        TornadoStorage[] arguments = new TornadoStorage[views.length + 1];
        for (int i = 0; i < arguments.length; i++) {
            View view = i < 4 ? views[i] : i == 4 ? inputs[4] : views[i - 1];
            arguments[i] = TornadoStorage.of(view.storage());
        }
        to.dispatch(new DeviceTask(FusedElements.ADAM, Grid.elements(count), meta.block(layouts), arguments));
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        throw new UnsupportedOperationException("adamStep has no gradient");
    }
}
