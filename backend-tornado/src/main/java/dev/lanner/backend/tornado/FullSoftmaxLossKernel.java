package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.FullSoftmaxLoss;

/**
 * The full-softmax loss, block by block of rows: the product that gives a block's logits, the softmax that makes gradients of them, and
 * the two products that these go into. So the forward pass saves the gradients of the sum of all rows' losses, by h {@code [N, D]} and
 * by the table {@code [R, D]}, and the number of targets; no {@code [N, R]} is kept for the backward pass.
 */
final class FullSoftmaxLossKernel implements FusedKernel {
    /** Logits of a block: 256 MiB. */
    private static final int BLOCK = 1 << 26;

    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;
    private final FullSoftmaxLoss op;
    private final int block;

    FullSoftmaxLossKernel(Dispatcher to, Memory memory, PlainOps plain, FullSoftmaxLoss op) {
        this(to, memory, plain, op, BLOCK);
    }

    /** Blocks of so many logits, but of a row at least. */
    FullSoftmaxLossKernel(Dispatcher to, Memory memory, PlainOps plain, FullSoftmaxLoss op, int block) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
        this.op = op;
        this.block = block;
    }

    @Override
    public Shape[] saved(View[] inputs) {
        return new Shape[] {inputs[0].shape(), inputs[1].shape(), Shape.of(1)};
    }

    private static Meta meta(View[] inputs) {
        Layout targets = inputs[2].layout();
        return new Meta(inputs[0].shape().size(0))
                .set(LossTasks.ITEMS, inputs[1].shape().size(0))
                .set(LossTasks.TARGET, targets.stride(0))
                .set(LossTasks.TARGET + 1, targets.offset());
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        int rows = inputs[0].shape().size(0);
        int items = inputs[1].shape().size(0);
        if (rows == 0) {
            plain.fill(0, outputs[0]);
            plain.fill(0, outputs[2]);
            return;
        }
        int most = Math.clamp(block / items, 1, rows);
        TornadoStorage losses = memory.floats(rows);
        TornadoStorage logits = memory.floats(Math.multiplyExact(most, items));
        for (int first = 0; first < rows; first += most) {
            rows(inputs, outputs, first, Math.min(most, rows - first), logits, losses);
        }
        memory.giveBack(logits);
        // Logits, row values and item values are not read; then COUNT and OUT.
        Meta meta = meta(inputs)
                .append(
                        0,
                        0,
                        0,
                        outputs[3].layout().offset(),
                        outputs[0].layout().offset());
        to.dispatch(new DeviceTask(
                LossTasks.MEAN,
                Grid.groups(1, LossTasks.GROUP),
                meta,
                TornadoStorage.of(inputs[2].storage()),
                losses,
                TornadoStorage.of(outputs[3].storage()),
                TornadoStorage.of(outputs[0].storage())));
        memory.giveBack(losses);
    }

    /** Losses and gradients of some rows; that of the table is added to the rows before. */
    private void rows(
            View[] inputs, View[] outputs, int first, int count, TornadoStorage block, TornadoStorage losses) {
        View h = slice(inputs[0], first, count);
        View table = inputs[1];
        View logits =
                new View(block, Layout.contiguous(Shape.of(count, table.shape().size(0))));
        double scale = 1 / op.temperature();
        plain.matmul(scale, h, transpose(table), 0, logits);
        to.dispatch(new DeviceTask(
                FullSoftmaxRows.KERNEL,
                Grid.groups(count, FullSoftmaxRows.GROUP),
                meta(inputs).set(FullSoftmaxRows.FIRST_ROW, first),
                TornadoStorage.of(inputs[2].storage()),
                block,
                losses));
        plain.matmul(scale, logits, table, 0, slice(outputs[1], first, count));
        plain.matmul(scale, transpose(logits), h, first == 0 ? 0 : 1, outputs[2]);
    }

    private static View slice(View matrix, int first, int count) {
        return new View(matrix.storage(), matrix.layout().slice(0, first, count, 1));
    }

    private static View transpose(View matrix) {
        return new View(matrix.storage(), matrix.layout().transpose(0, 1));
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        if (inputs[0].shape().size(0) == 0) {
            for (View dInput : dInputs) {
                if (dInput != null) {
                    plain.fill(0, dInput);
                }
            }
            return;
        }
        TornadoStorage storage = memory.floats(1);
        View ofEachRow = new View(storage, Layout.contiguous(Shape.of(1)));
        plain.binary(BinaryOp.DIV, dOut.expand(Shape.of(1)), outputs[3], ofEachRow);
        for (int i = 0; i < 2; i++) {
            if (dInputs[i] != null) {
                plain.binary(BinaryOp.MUL, outputs[i + 1], ofEachRow.expand(dInputs[i].shape()), dInputs[i]);
            }
        }
        memory.giveBack(storage);
    }
}
