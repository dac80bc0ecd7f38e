package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;

/** The words that {@link AttentionTiles} names. */
final class AttentionMeta {
    private AttentionMeta() {}

    /**
     * All but those that are of one kernel.
     *
     * @param matrices q, k, v, out, dQ, dK, dV, result
     * @param vectors offsets, query times, key times, position bias, time bias
     */
    static Meta of(HstuAttention op, float[] reals, View[] matrices, View[] vectors) {
        Meta meta = new Meta(
                reals,
                op.heads(),
                op.maxLength(),
                matrices[0].shape().size(1) / op.heads(),
                matrices[2].shape().size(1) / op.heads(),
                op.timeBoundaries().size(),
                matrices[0].shape().size(0));
        meta.set(AttentionTiles.IS_SOFTMAX, op.activation() == AttentionActivation.SOFTMAX ? 1 : 0);
        for (View matrix : matrices) {
            Layout layout = matrix.layout();
            meta.append(layout.stride(0), layout.stride(1), layout.offset());
        }
        for (View vector : vectors) {
            meta.append(vector.layout().stride(0), vector.layout().offset());
        }
        for (long boundary : op.timeBoundaries()) {
            meta.append((int) boundary, (int) (boundary >>> 32));
        }
        return meta;
    }
}
