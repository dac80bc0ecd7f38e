package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.View;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Softmax in place, of rows that lie one behind the other: a group for each row. Header: (columns, offset of the first row). */
final class SoftmaxRows {
    /** Items of a group. */
    private static final int GROUP = 64;

    private static final Kernel KERNEL = Kernel.into(
            0,
            "softmaxRows",
            (graph, id, context, meta, a) -> graph.task(id, SoftmaxRows::softmaxRows, context, meta, a.floats(0)));

    private SoftmaxRows() {}

    /** Replaces the rows along the last axis of a contiguous view, if it has any. */
    static void apply(Dispatcher to, View x) {
        int elements = x.shape().elements();
        if (elements > 0) {
            int columns = x.shape().size(-1);
            Meta meta = new Meta(columns, x.layout().offset());
            to.dispatch(new DeviceTask(
                    KERNEL, Grid.groups(elements / columns, GROUP), meta, TornadoStorage.of(x.storage())));
        }
    }

    static void softmaxRows(KernelContext context, IntArray meta, FloatArray x) {
        float[] partial = context.allocateFloatLocalArray(GROUP);
        int item = context.localIdx;
        int columns = meta.get(0);
        int first = meta.get(1) + context.groupIdx * columns;
        // Where nothing is larger, all are minus infinity, and the softmax is no number in either case.
        float largest = -Float.MAX_VALUE;
        for (int column = item; column < columns; column += GROUP) {
            float value = x.get(first + column);
            largest = value > largest ? value : largest;
        }
        partial[item] = largest;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                float other = partial[item + half];
                partial[item] = other > partial[item] ? other : partial[item];
            }
            context.localBarrier();
        }
        largest = partial[0];
        // All have read it before the first of them writes its sum there.
        context.localBarrier();
        float sum = 0;
        for (int column = item; column < columns; column += GROUP) {
            float exponential = TornadoMath.exp(x.get(first + column) - largest);
            x.set(first + column, exponential);
            sum += exponential;
        }
        partial[item] = sum;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
            }
            context.localBarrier();
        }
        float all = partial[0];
        for (int column = item; column < columns; column += GROUP) {
            x.set(first + column, x.get(first + column) / all);
        }
    }
}
