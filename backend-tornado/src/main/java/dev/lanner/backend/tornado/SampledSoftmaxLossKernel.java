package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;

/**
 * The sampled-softmax loss. It keeps the logits, of each row the logarithm of its sum and its inverse norm, the inverse norms of the
 * items, and the number of targets. The table's gradient sums sorted entries, in ascending order.
 */
final class SampledSoftmaxLossKernel implements FusedKernel {
    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;
    private final SampledSoftmaxLoss op;

    SampledSoftmaxLossKernel(Dispatcher to, Memory memory, PlainOps plain, SampledSoftmaxLoss op) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
        this.op = op;
    }

    private static int rows(View[] inputs) {
        return inputs[0].shape().size(0);
    }

    private static int entries(View[] inputs) {
        return inputs[3].shape().size(1) + 1;
    }

    @Override
    public Shape[] saved(View[] inputs) {
        return new Shape[] {
            Shape.of(rows(inputs), entries(inputs)),
            Shape.of(rows(inputs), 2),
            Shape.of(inputs[1].shape().size(0)),
            Shape.of(1)
        };
    }

    private Meta meta(View[] inputs, View[] outputs) {
        Layout targets = inputs[2].layout();
        Meta meta = new Meta(
                new float[] {(float) op.temperature()},
                rows(inputs),
                entries(inputs) - 1,
                inputs[0].shape().size(1),
                inputs[1].shape().size(0));
        matrix(meta, LossTasks.H, inputs[0]);
        matrix(meta, LossTasks.TABLE, inputs[1]);
        meta.set(LossTasks.TARGET, targets.stride(0)).set(LossTasks.TARGET + 1, targets.offset());
        matrix(meta, LossTasks.NEGATIVE, inputs[3]);
        for (int i = 1; i < outputs.length; i++) {
            meta.append(outputs[i].layout().offset());
        }
        return meta.append(outputs[0].layout().offset());
    }

    private static void matrix(Meta meta, int word, View view) {
        Layout layout = view.layout();
        meta.set(word, layout.stride(0)).set(word + 1, layout.stride(1)).set(word + 2, layout.offset());
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        int rows = rows(inputs);
        if (rows == 0) {
            plain.fill(0, outputs[0]);
            return;
        }
        View h = inputs[0];
        View table = inputs[1];
        TornadoStorage losses = memory.floats(rows);
        task(LossTasks.INVERSE_NORMS, rows, meta(inputs, outputs).set(15, LossTasks.H), h, outputs[2]);
        task(
                LossTasks.INVERSE_NORMS,
                table.shape().size(0),
                meta(inputs, outputs).set(15, LossTasks.TABLE),
                table,
                outputs[3]);
        Meta meta = meta(inputs, outputs);
        task(
                LossTasks.LOGIT,
                Math.multiplyExact(rows, entries(inputs)),
                meta,
                h,
                table,
                inputs[2],
                inputs[3],
                outputs[2],
                outputs[3],
                outputs[1]);
        View rowLosses = new View(losses, Layout.contiguous(Shape.of(rows)));
        task(LossTasks.ROW_LOSS, rows, meta, inputs[2], outputs[1], outputs[2], rowLosses);
        to.dispatch(new DeviceTask(
                LossTasks.MEAN,
                Grid.groups(1, LossTasks.GROUP),
                meta,
                storages(inputs[2], rowLosses, outputs[4], outputs[0])));
        memory.giveBack(losses);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        int rows = rows(inputs);
        if (rows == 0) {
            for (View dInput : dInputs) {
                if (dInput != null) {
                    plain.fill(0, dInput);
                }
            }
            return;
        }
        int count = rows * entries(inputs);
        Meta meta = meta(inputs, outputs).append(dOut.layout().offset());
        for (int i = 0; i < 2; i++) {
            Layout layout = (dInputs[i] != null ? dInputs[i] : inputs[i]).layout();
            meta.append(layout.stride(0), layout.stride(1), layout.offset());
        }
        int lanes = Rows.lanes(count, inputs[1].shape().size(0));
        meta.append(lanes);
        View gradients = new View(memory.floats(count), Layout.contiguous(Shape.of(count)));
        View items = new View(memory.ints(count), Layout.contiguous(Shape.of(count)));
        task(
                LossTasks.ENTRIES,
                count,
                meta,
                inputs[2],
                inputs[3],
                outputs[1],
                outputs[2],
                outputs[4],
                dOut,
                gradients,
                items);
        if (dInputs[0] != null) {
            task(
                    LossTasks.STATE_GRADIENT,
                    inputs[0].shape().elements(),
                    meta,
                    inputs[0],
                    inputs[1],
                    items,
                    gradients,
                    outputs[1],
                    outputs[2],
                    outputs[3],
                    dInputs[0]);
        }
        if (dInputs[1] != null) {
            table(meta, inputs, outputs, gradients, items, lanes, dInputs[1]);
        }
        memory.giveBack(TornadoStorage.of(gradients.storage()));
        memory.giveBack(TornadoStorage.of(items.storage()));
    }

    private void table(Meta meta, View[] inputs, View[] outputs, View gradients, View items, int lanes, View dTable) {
        TornadoStorage indices = TornadoStorage.of(items.storage());
        int count = items.shape().size(0);
        Sorting.Sorted sorted =
                Sorting.sort(to, memory, indices, 1, 0, count, inputs[1].shape().size(0));
        to.dispatch(new DeviceTask(
                LossTasks.TABLE_GRADIENT,
                Rows.sums(inputs[1].shape().elements(), lanes),
                meta,
                TornadoStorage.of(inputs[0].storage()),
                TornadoStorage.of(inputs[1].storage()),
                sorted.order(),
                sorted.ends(),
                TornadoStorage.of(gradients.storage()),
                TornadoStorage.of(outputs[1].storage()),
                TornadoStorage.of(outputs[2].storage()),
                TornadoStorage.of(outputs[3].storage()),
                TornadoStorage.of(dTable.storage())));
        memory.giveBack(sorted.order());
        memory.giveBack(sorted.ends());
    }

    private void task(Kernel kernel, int count, Meta meta, View... views) {
        if (count > 0) {
            to.dispatch(new DeviceTask(kernel, Grid.elements(count), meta, storages(views)));
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
