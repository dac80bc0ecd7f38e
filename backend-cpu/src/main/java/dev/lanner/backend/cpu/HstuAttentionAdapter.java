package dev.lanner.backend.cpu;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;

/** Brings the views of an {@link HstuAttention} to the arrays of {@link HstuAttentionKernel}. */
final class HstuAttentionAdapter implements FusedKernel {
    private static final int QUERIES = 0;
    private static final int KEYS = 1;
    private static final int VALUES = 2;
    private static final int OFFSETS = 3;
    private static final int QUERY_TIMES = 4;
    private static final int KEY_TIMES = 5;
    private static final int POSITION_BIAS = 6;
    private static final int TIME_BIAS = 7;

    private final HstuAttentionKernel kernel;
    private final HstuAttention op;
    private final long[] boundaries;

    /** A kernel without state of its own. */
    HstuAttentionAdapter(WorkerPool pool, AttentionTiles tiles, HstuAttention op) {
        kernel = new HstuAttentionKernel(pool, tiles);
        this.op = op;
        boundaries = op.timeBoundaries().stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public Shape[] saved(View[] inputs) {
        return isSoftmax() ? new Shape[] {Shape.of(inputs[QUERIES].shape().size(0), 2 * op.heads())} : new Shape[0];
    }

    private boolean isSoftmax() {
        return op.activation() == AttentionActivation.SOFTMAX;
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        kernel.forward(operands(inputs), results(outputs));
    }

    private AttentionOutputs results(View... outputs) {
        return new AttentionOutputs(slice(outputs[0]), isSoftmax() ? slice(outputs[1]) : null);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        HostArray dPosition = target(dInputs[POSITION_BIAS]);
        HostArray dTime = target(dInputs[TIME_BIAS]);
        AttentionGradients gradients = new AttentionGradients(
                slice(dInputs[QUERIES]),
                slice(dInputs[KEYS]),
                slice(dInputs[VALUES]),
                dPosition == null ? null : dPosition.floats(),
                dTime == null ? null : dTime.floats());
        kernel.backward(operands(inputs), results(outputs), slice(dOut), gradients);
        moveTo(dInputs[POSITION_BIAS], dPosition);
        moveTo(dInputs[TIME_BIAS], dTime);
    }

    private AttentionInputs operands(View... inputs) {
        View offsets = inputs[OFFSETS];
        AttentionShape shape = new AttentionShape(
                inputs[QUERIES].shape().size(0),
                offsets.shape().size(0) - 1,
                op.heads(),
                inputs[QUERIES].shape().size(1) / op.heads(),
                inputs[VALUES].shape().size(1) / op.heads(),
                op.maxLength(),
                (float) op.divisor(),
                op.activation());
        AttentionBias bias = new AttentionBias(
                fromZero(inputs[POSITION_BIAS]).floats(),
                fromZero(inputs[TIME_BIAS]).floats(),
                boundaries.length + 1,
                boundaries,
                fromZero(inputs[QUERY_TIMES]).longs(),
                fromZero(inputs[KEY_TIMES]).longs());
        return new AttentionInputs(
                shape,
                fromZero(offsets).ints(),
                slice(inputs[QUERIES]),
                slice(inputs[KEYS]),
                slice(inputs[VALUES]),
                bias);
    }

    /** The rows of a matrix, null for one that is not wanted. */
    private static AttentionSlice slice(View view) {
        return view == null ? null : AttentionSlice.of(view);
    }

    private static boolean isFromZero(View view) {
        return view.layout().isContiguous() && view.layout().offset() == 0;
    }

    /** The elements of a vector from position 0 on: its own array where they lie so, else a copy. */
    private static HostArray fromZero(View view) {
        return isFromZero(view) ? (HostArray) view.storage() : ContiguousCopy.of(view);
    }

    /** Where the kernel writes the gradient of a vector, from position 0 on; null for one that is not wanted. */
    private static HostArray target(View view) {
        if (view == null) {
            return null;
        }
        return isFromZero(view)
                ? (HostArray) view.storage()
                : HostArray.allocate(view.dtype(), view.shape().elements());
    }

    private static void moveTo(View view, HostArray written) {
        if (view != null && !isFromZero(view)) {
            ((HostArray) view.storage())
                    .copyFrom(written, 0, view.layout().offset(), view.shape().elements());
        }
    }
}
