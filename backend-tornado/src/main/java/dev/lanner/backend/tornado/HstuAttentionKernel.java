package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.Arrays;

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

    private boolean isSoftmax() {
        return op.activation() == AttentionActivation.SOFTMAX;
    }

    /** Two values for each row and head, of which softmax fills the first one. */
    @Override
    public Shape[] saved(View[] inputs) {
        return isSoftmax() ? new Shape[] {Shape.of(inputs[0].shape().size(0), op.heads(), 2)} : new Shape[0];
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        // Rows past the last sequence, whose number only the device may know.
        plain.fill(0, outputs[0]);
        if (isEmpty(inputs)) {
            return;
        }
        Meta meta = meta(inputs, outputs[0], inputs[0], inputs[1], inputs[2], outputs[0]);
        TornadoStorage rowValues = TornadoStorage.of(inputs[POSITION_BIAS].storage());
        if (isSoftmax()) {
            rowValues = TornadoStorage.of(outputs[1].storage());
            meta.set(AttentionTiles.ROW_VALUES, outputs[1].layout().offset());
            to.dispatch(new DeviceTask(
                    AttentionRowValues.SUMS, Grid.elements(rowsTimesHeads(inputs)), meta, storages(inputs, rowValues)));
        }
        to.dispatch(new DeviceTask(
                AttentionForward.KERNEL,
                grid(inputs, width(inputs[2])),
                meta,
                storages(inputs, rowValues, TornadoStorage.of(outputs[0].storage()))));
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        // Rows past the last sequence, and tables of which nothing is used.
        for (View dInput : dInputs) {
            if (dInput != null) {
                plain.fill(0, dInput);
            }
        }
        if (isEmpty(inputs)) {
            return;
        }
        View dQ = own(dInputs[0], inputs[0]);
        View dK = own(dInputs[1], inputs[1]);
        // Gradients may lie side by side in one storage, but no kernel can be given one that it writes twice.
        boolean shared = dInputs[2] != null && dK.storage().equals(dInputs[2].storage());
        View dV = own(shared ? null : dInputs[2], inputs[2]);
        Meta meta = meta(inputs, dOut, dQ, dK, dV, outputs[0]);
        TornadoStorage rowValues = TornadoStorage.of(inputs[POSITION_BIAS].storage());
        if (isSoftmax()) {
            rowValues = memory.floats(2 * rowsTimesHeads(inputs));
            meta.set(AttentionTiles.SAVED, outputs[1].layout().offset());
            to.dispatch(new DeviceTask(
                    AttentionRowValues.PRODUCTS,
                    Grid.elements(rowsTimesHeads(inputs)),
                    meta,
                    TornadoStorage.of(outputs[0].storage()),
                    TornadoStorage.of(dOut.storage()),
                    TornadoStorage.of(outputs[1].storage()),
                    rowValues));
        }
        TornadoStorage gradient = TornadoStorage.of(dOut.storage());
        if (dInputs[0] != null || dInputs[POSITION_BIAS] != null || dInputs[TIME_BIAS] != null) {
            byQueries(
                    meta,
                    storages(inputs, rowValues, gradient),
                    inputs,
                    dQ,
                    dInputs[POSITION_BIAS],
                    dInputs[TIME_BIAS]);
        }
        if (dInputs[1] != null || dInputs[2] != null) {
            if (shared) {
                plain.fill(0, dV);
            }
            int widest = Math.max(width(inputs[0]), width(inputs[2]));
            to.dispatch(new DeviceTask(
                    AttentionKeyGradient.KERNEL,
                    grid(inputs, widest),
                    meta,
                    storages(
                            inputs,
                            rowValues,
                            gradient,
                            TornadoStorage.of(dK.storage()),
                            TornadoStorage.of(dV.storage()))));
            if (shared) {
                plain.copy(dV, dInputs[2]);
            }
        }
        if (isSoftmax()) {
            memory.giveBack(rowValues);
        }
        View[] used = {dQ, dK, dV};
        for (int i = 0; i < used.length; i++) {
            if (!used[i].equals(dInputs[i])) {
                memory.giveBack(TornadoStorage.of(used[i].storage()));
            }
        }
    }

    /** Where a gradient is written: its view, or memory of its own. */
    private View own(View wanted, View like) {
        return wanted != null
                ? wanted
                : new View(memory.floats(like.shape().elements()), Layout.contiguous(like.shape()));
    }

    private void byQueries(
            Meta meta, TornadoStorage[] read, View[] inputs, View dQ, View dPositionBias, View dTimeBias) {
        int tiles = Math.multiplyExact(sequences(inputs) * op.heads(), tiles());
        int buckets = op.timeBoundaries().size() + 1;
        int distance = Math.multiplyExact(AttentionTiles.TILE, buckets);
        TornadoStorage byDistance = memory.floats(Math.multiplyExact(tiles, op.maxLength()));
        TornadoStorage byBucket = memory.floats(Math.multiplyExact(tiles, distance));
        to.dispatch(new DeviceTask(
                AttentionQueryGradient.KERNEL,
                grid(inputs, width(inputs[0])),
                meta,
                and(read, TornadoStorage.of(dQ.storage()), byDistance, byBucket)));
        if (dPositionBias != null) {
            // Causal: distances are 0 and more, which is the second half of the table.
            sum(byDistance, tiles, op.maxLength(), op.maxLength(), op.maxLength() - 1, dPositionBias);
        }
        if (dTimeBias != null) {
            sum(byBucket, tiles, distance, buckets, 0, dTimeBias);
        }
        memory.giveBack(byDistance);
        memory.giveBack(byBucket);
    }

    private void sum(TornadoStorage partial, int rows, int distance, int columns, int zeros, View out) {
        Meta meta = new Meta(distance, rows, out.layout().offset(), zeros);
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
        int batch = Math.multiplyExact(sequences(inputs), op.heads());
        Grid.check("attention", "sequences times heads", batch, Grid.MOST_GROUPS);
        return new Grid(
                new int[] {Math.max(Math.ceilDiv(width, AttentionTiles.COLUMNS), 1), tiles(), batch}, new int[] {
                    AttentionTiles.ITEMS, AttentionTiles.ITEMS, 1
                });
    }

    private static TornadoStorage[] storages(View[] inputs, TornadoStorage... more) {
        TornadoStorage[] first = new TornadoStorage[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            first[i] = TornadoStorage.of(inputs[i].storage());
        }
        return and(first, more);
    }

    private static TornadoStorage[] and(TornadoStorage[] first, TornadoStorage... more) {
        TornadoStorage[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    private int rowsTimesHeads(View[] inputs) {
        return inputs[0].shape().size(0) * op.heads();
    }

    private Meta meta(View[] inputs, View out, View dQ, View dK, View dV, View result) {
        float[] reals = {(float) op.divisor(), (float) (1 / Math.sqrt(width(inputs[0])))};
        View[] matrices = {inputs[0], inputs[1], inputs[2], out, dQ, dK, dV, result};
        View[] vectors = Arrays.copyOfRange(inputs, 3, inputs.length);
        return AttentionMeta.of(op, reals, matrices, vectors).set(AttentionTiles.SEQUENCES, sequences(inputs));
    }
}
