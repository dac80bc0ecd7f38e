package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.HstuAttention;

/**
 * HSTU attention in tiles: scores are computed from queries and keys in local memory, again in each pass, and never stored. The grid is
 * made for sequences of full length; groups past a sequence's end have nothing to do.
 */
final class HstuAttentionKernel implements FusedKernel {
    private static final int POSITION_BIAS = 6;
    private static final int TIME_BIAS = 7;

    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;
    private final HstuAttention op;

    HstuAttentionKernel(Dispatcher to, Memory memory, PlainOps plain, HstuAttention op) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
        this.op = op;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        // Rows past the last sequence, whose number only the device may know.
        plain.fill(0, outputs[0]);
        if (isEmpty(inputs)) {
            return;
        }
        Meta meta = meta(inputs, outputs[0], new View[inputs.length]);
        to.dispatch(new DeviceTask(
                AttentionForward.KERNEL, grid(inputs, width(inputs[2])), meta, storages(inputs, outputs[0])));
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        for (View dInput : dInputs) {
            if (dInput != null) {
                plain.fill(0, dInput);
            }
        }
        if (isEmpty(inputs)) {
            return;
        }
        Meta meta = meta(inputs, dOut, dInputs);
        int widest = Math.max(width(inputs[0]), width(inputs[2]));
        if (dInputs[0] != null || dInputs[POSITION_BIAS] != null) {
            byQueries(meta, inputs, dOut, dInputs);
        }
        if (dInputs[1] != null || dInputs[2] != null) {
            TornadoStorage dK = target(dInputs[1], inputs[1]);
            TornadoStorage dV = target(dInputs[2], inputs[2]);
            to.dispatch(new DeviceTask(
                    AttentionKeyGradient.KERNEL, grid(inputs, widest), meta, storages(inputs, dOut, dK, dV)));
            giveBack(dInputs[1], dK);
            giveBack(dInputs[2], dV);
        }
        if (dInputs[TIME_BIAS] != null) {
            byTime(meta, inputs, dOut, dInputs[TIME_BIAS]);
        }
    }

    private void byQueries(Meta meta, View[] inputs, View dOut, View[] dInputs) {
        int rows = sequences(inputs) * op.heads() * tiles();
        TornadoStorage dQ = target(dInputs[0], inputs[0]);
        TornadoStorage partial = memory.floats(Math.multiplyExact(rows, op.maxLength()));
        to.dispatch(new DeviceTask(
                AttentionQueryGradient.KERNEL,
                grid(inputs, width(inputs[0])),
                meta,
                storages(inputs, dOut, dQ, partial)));
        if (dInputs[POSITION_BIAS] != null) {
            // Causal: distances are 0 and more, which is the second half of the table.
            sum(partial, rows, op.maxLength(), op.maxLength() - 1, dInputs[POSITION_BIAS]);
        }
        memory.giveBack(partial);
        giveBack(dInputs[0], dQ);
    }

    private void byTime(Meta meta, View[] inputs, View dOut, View dTimeBias) {
        int rows = inputs[0].shape().size(0);
        int buckets = op.timeBoundaries().size() + 1;
        TornadoStorage partial = memory.floats(Math.multiplyExact(rows, buckets));
        to.dispatch(new DeviceTask(
                AttentionBiasGradient.TIMES, Grid.elements(rows), meta, storages(inputs, dOut, partial)));
        sum(partial, rows, buckets, 0, dTimeBias);
        memory.giveBack(partial);
    }

    private void sum(TornadoStorage partial, int rows, int columns, int zeros, View out) {
        Meta meta = new Meta(columns, rows, out.layout().offset(), zeros);
        to.dispatch(new DeviceTask(
                AttentionBiasGradient.SUM,
                Grid.groups(zeros + columns, AttentionBiasGradient.GROUP),
                meta,
                partial,
                TornadoStorage.of(out.storage())));
    }

    private static int sequences(View[] inputs) {
        return inputs[3].shape().size(0) - 1;
    }

    private static boolean isEmpty(View[] inputs) {
        return inputs[0].shape().size(0) == 0 || sequences(inputs) == 0;
    }

    private int width(View matrix) {
        return matrix.shape().size(1) / op.heads();
    }

    private int tiles() {
        return Math.ceilDiv(op.maxLength(), AttentionTiles.TILE);
    }

    private Grid grid(View[] inputs, int width) {
        return new Grid(
                new int[] {
                    Math.max(Math.ceilDiv(width, AttentionTiles.COLUMNS), 1), tiles(), sequences(inputs) * op.heads()
                },
                new int[] {AttentionTiles.ITEMS, AttentionTiles.ITEMS, 1});
    }

    /** Where a gradient is written: its view, or memory of its layout that nobody reads. */
    private TornadoStorage target(View wanted, View like) {
        return wanted != null
                ? TornadoStorage.of(wanted.storage())
                : memory.floats(like.shape().elements());
    }

    private void giveBack(View wanted, TornadoStorage target) {
        if (wanted == null) {
            memory.giveBack(target);
        }
    }

    private static TornadoStorage[] storages(View[] inputs, View last, TornadoStorage... more) {
        TornadoStorage[] all = new TornadoStorage[inputs.length + 1 + more.length];
        for (int i = 0; i < inputs.length; i++) {
            all[i] = TornadoStorage.of(inputs[i].storage());
        }
        all[inputs.length] = TornadoStorage.of(last.storage());
        System.arraycopy(more, 0, all, inputs.length + 1, more.length);
        return all;
    }

    private Meta meta(View[] inputs, View out, View[] dInputs) {
        Meta meta = new Meta(
                new float[] {(float) op.divisor()},
                op.heads(),
                op.maxLength(),
                width(inputs[0]),
                width(inputs[2]),
                op.timeBoundaries().size(),
                inputs[0].shape().size(0),
                sequences(inputs));
        View[] matrices = {inputs[0], inputs[1], inputs[2], out, dInputs[0], dInputs[1], dInputs[2]};
        for (int i = 0; i < matrices.length; i++) {
            // A gradient that is not wanted goes to memory of its own.
            Layout layout = matrices[i] != null
                    ? matrices[i].layout()
                    : Layout.contiguous(inputs[i - 4].shape());
            meta.append(layout.stride(0), layout.stride(1), layout.offset());
        }
        for (int i = 3; i < inputs.length; i++) {
            meta.append(inputs[i].layout().stride(0), inputs[i].layout().offset());
        }
        for (long boundary : op.timeBoundaries()) {
            meta.append((int) boundary, (int) (boundary >>> 32));
        }
        return meta;
    }
}
