package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels of the sampled-softmax loss. An entry is a row of states with its target or one of its K negatives; entry 0 of each row is the
 * target. All share one header, whose words are named here; float: the temperature. {@link #MEAN} serves the full softmax, too.
 */
final class LossTasks {
    static final int ROWS = 0;
    static final int NEGATIVES = 1;
    static final int WIDTH = 2;
    static final int ITEMS = 3;
    /** Strides of rows and columns, offset. */
    static final int H = 4;

    static final int TABLE = 7;
    /** Stride, offset. */
    static final int TARGET = 10;

    static final int NEGATIVE = 12;
    static final int LOGITS = Meta.HEADER;
    static final int ROW_VALUES = LOGITS + 1;
    static final int ITEM_VALUES = ROW_VALUES + 1;
    static final int COUNT = ITEM_VALUES + 1;
    static final int OUT = COUNT + 1;
    static final int D_OUT = OUT + 1;
    static final int D_H = D_OUT + 1;
    static final int D_TABLE = D_H + 3;
    /** Of the sums into the table's rows, see {@link Rows}. */
    static final int LANES = D_TABLE + 3;

    /** Items of the group that sums the losses. */
    static final int GROUP = 128;

    private static final float MIN_NORM = 1e-6f;
    /** A logit whose exponential is 0. */
    private static final float EXCLUDED = -1e30f;

    /** Arguments: x, inverse norms of its rows; word 15 says which matrix x is. */
    static final Kernel INVERSE_NORMS = Kernel.into(
            1,
            "lossInverseNorms",
            (graph, id, context, meta, a) ->
                    graph.task(id, LossTasks::lossInverseNorms, context, meta, a.floats(0), a.floats(1)));

    /** Arguments: h, table, targets, negatives, row values, item values, logits. */
    static final Kernel LOGIT = Kernel.into(
            6,
            "lossLogits",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    LossTasks::lossLogits,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.ints(2),
                    a.ints(3),
                    a.floats(4),
                    a.floats(5),
                    a.floats(6)));

    /** Arguments: targets, logits, row values (the logarithm of the sum is written), losses. */
    static final Kernel ROW_LOSS = new Kernel(
            "lossRows",
            0b1100,
            (graph, id, context, meta, a) -> graph.task(
                    id, LossTasks::lossRows, context, meta, a.ints(0), a.floats(1), a.floats(2), a.floats(3)));

    /** Arguments: targets, losses, the number of targets, the mean. */
    static final Kernel MEAN = new Kernel(
            "lossMean",
            0b1100,
            (graph, id, context, meta, a) -> graph.task(
                    id, LossTasks::lossMean, context, meta, a.ints(0), a.floats(1), a.floats(2), a.floats(3)));

    /** Arguments: targets, negatives, logits, row values, count, dOut, gradients of the cosines, item of each entry. */
    static final Kernel ENTRIES = new Kernel(
            "lossEntries",
            0b1100_0000,
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    LossTasks::lossEntries,
                    context,
                    meta,
                    a.reals(),
                    a.ints(0),
                    a.ints(1),
                    a.floats(2),
                    a.floats(3),
                    a.floats(4),
                    a.floats(5),
                    a.floats(6),
                    a.ints(7)));

    /** Arguments: h, table, items, gradients of the cosines, logits, row values, item values, dH. */
    static final Kernel STATE_GRADIENT = Kernel.into(
            7,
            "lossStateGradient",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    LossTasks::lossStateGradient,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.ints(2),
                    a.floats(3),
                    a.floats(4),
                    a.floats(5),
                    a.floats(6),
                    a.floats(7)));

    /** Arguments: h, table, order and ends of the sorted entries, gradients of the cosines, logits, row and item values, dTable. */
    static final Kernel TABLE_GRADIENT = Kernel.into(
            8,
            "lossTableGradient",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    LossTasks::lossTableGradient,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.ints(2),
                    a.ints(3),
                    a.floats(4),
                    a.floats(5),
                    a.floats(6),
                    a.floats(7),
                    a.floats(8)));

    private LossTasks() {}

    private static int at(IntArray meta, int matrix, int row, int column) {
        return row * meta.get(matrix) + column * meta.get(matrix + 1) + meta.get(matrix + 2);
    }

    static int target(IntArray meta, IntArray targets, int row) {
        return targets.get(row * meta.get(TARGET) + meta.get(TARGET + 1));
    }

    private static int item(IntArray meta, IntArray targets, IntArray negatives, int row, int entry) {
        int item;
        if (entry == 0) {
            item = target(meta, targets, row);
        } else {
            item = negatives.get(at(meta, NEGATIVE, row, entry - 1));
        }
        return item;
    }

    static void lossInverseNorms(KernelContext context, IntArray meta, FloatArray x, FloatArray out) {
        int row = context.globalIdx;
        Outputs.keep(row, out);
        int matrix = meta.get(15);
        int rows = matrix == H ? meta.get(ROWS) : meta.get(ITEMS);
        if (row < rows) {
            float sum = 0;
            for (int column = 0; column < meta.get(WIDTH); column++) {
                float value = x.get(at(meta, matrix, row, column));
                sum += value * value;
            }
            float norm = TornadoMath.sqrt(sum);
            float inverse = 1 / (norm < MIN_NORM ? MIN_NORM : norm);
            if (matrix == H) {
                out.set(meta.get(ROW_VALUES) + 2 * row + 1, inverse);
            } else {
                out.set(meta.get(ITEM_VALUES) + row, inverse);
            }
        }
    }

    static void lossLogits(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray h,
            FloatArray table,
            IntArray targets,
            IntArray negatives,
            FloatArray rowValues,
            FloatArray itemValues,
            FloatArray logits) {
        int i = context.globalIdx;
        Outputs.keep(i, logits);
        int entries = meta.get(NEGATIVES) + 1;
        if (i < meta.get(ROWS) * entries) {
            int row = i / entries;
            int entry = i - row * entries;
            int item = item(meta, targets, negatives, row, entry);
            float sum = 0;
            for (int column = 0; column < meta.get(WIDTH); column++) {
                sum += h.get(at(meta, H, row, column)) * table.get(at(meta, TABLE, item, column));
            }
            float cosine = sum
                    * rowValues.get(meta.get(ROW_VALUES) + 2 * row + 1)
                    * itemValues.get(meta.get(ITEM_VALUES) + item);
            int isExcluded = (entry > 0 ? 1 : 0) & (item == target(meta, targets, row) ? 1 : 0);
            float logit = cosine / reals.get(0);
            if (isExcluded == 1) {
                logit = EXCLUDED;
            }
            logits.set(meta.get(LOGITS) + i, logit);
        }
    }

    static void lossRows(
            KernelContext context,
            IntArray meta,
            IntArray targets,
            FloatArray logits,
            FloatArray rowValues,
            FloatArray losses) {
        int row = context.globalIdx;
        Outputs.keep(row, rowValues);
        Outputs.keep(row, losses);
        if (row < meta.get(ROWS)) {
            int entries = meta.get(NEGATIVES) + 1;
            int first = meta.get(LOGITS) + row * entries;
            float largest = logits.get(first);
            for (int entry = 1; entry < entries; entry++) {
                float logit = logits.get(first + entry);
                largest = logit > largest ? logit : largest;
            }
            float sum = 0;
            for (int entry = 0; entry < entries; entry++) {
                sum += TornadoMath.exp(logits.get(first + entry) - largest);
            }
            float logSum = largest + TornadoMath.log(sum);
            rowValues.set(meta.get(ROW_VALUES) + 2 * row, logSum);
            float loss = 0;
            if (target(meta, targets, row) != 0) {
                loss = logSum - logits.get(first);
            }
            losses.set(row, loss);
        }
    }

    static void lossMean(
            KernelContext context,
            IntArray meta,
            IntArray targets,
            FloatArray losses,
            FloatArray count,
            FloatArray out) {
        double[] sums = context.allocateDoubleLocalArray(GROUP);
        int[] counts = context.allocateIntLocalArray(GROUP);
        int item = context.localIdx;
        Outputs.keep(item, count);
        Outputs.keep(item, out);
        double sum = 0;
        int valid = 0;
        for (int row = item; row < meta.get(ROWS); row += GROUP) {
            sum += losses.get(row);
            valid += target(meta, targets, row) == 0 ? 0 : 1;
        }
        sums[item] = sum;
        counts[item] = valid;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                sums[item] = sums[item] + sums[item + half];
                counts[item] = counts[item] + counts[item + half];
            }
            context.localBarrier();
        }
        if (item == 0) {
            int all = counts[0] < 1 ? 1 : counts[0];
            count.set(meta.get(COUNT), (float) all);
            out.set(meta.get(OUT), (float) (sums[0] / all));
        }
    }

    static void lossEntries(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            IntArray targets,
            IntArray negatives,
            FloatArray logits,
            FloatArray rowValues,
            FloatArray count,
            FloatArray dOut,
            FloatArray gradients,
            IntArray items) {
        int i = context.globalIdx;
        Outputs.keep(i, gradients);
        Outputs.keep(i, items);
        int entries = meta.get(NEGATIVES) + 1;
        if (i < meta.get(ROWS) * entries) {
            int row = i / entries;
            int entry = i - row * entries;
            items.set(i, item(meta, targets, negatives, row, entry));
            float gradient = 0;
            if (target(meta, targets, row) != 0) {
                float logSum = rowValues.get(meta.get(ROW_VALUES) + 2 * row);
                float probability = TornadoMath.exp(logits.get(meta.get(LOGITS) + i) - logSum);
                float expected = entry == 0 ? 1 : 0;
                gradient = dOut.get(meta.get(D_OUT))
                        / count.get(meta.get(COUNT))
                        * (probability - expected)
                        / reals.get(0);
            }
            gradients.set(i, gradient);
        }
    }

    /** What the norm takes off: the projection, unless the norm is clamped and does not change. */
    private static float projection(float inverseNorm, float sum) {
        return inverseNorm < 1 / MIN_NORM ? sum : 0;
    }

    static void lossStateGradient(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray h,
            FloatArray table,
            IntArray items,
            FloatArray gradients,
            FloatArray logits,
            FloatArray rowValues,
            FloatArray itemValues,
            FloatArray dH) {
        int i = context.globalIdx;
        Outputs.keep(i, dH);
        int width = meta.get(WIDTH);
        if (i < meta.get(ROWS) * width) {
            int row = i / width;
            int column = i - row * width;
            int entries = meta.get(NEGATIVES) + 1;
            float sum = 0;
            float along = 0;
            for (int e = row * entries; e < (row + 1) * entries; e++) {
                int item = items.get(e);
                float gradient = gradients.get(e);
                sum += gradient
                        * itemValues.get(meta.get(ITEM_VALUES) + item)
                        * table.get(at(meta, TABLE, item, column));
                along += gradient * logits.get(meta.get(LOGITS) + e) * reals.get(0);
            }
            float inverse = rowValues.get(meta.get(ROW_VALUES) + 2 * row + 1);
            float unit = h.get(at(meta, H, row, column)) * inverse;
            dH.set(at(meta, D_H, row, column), inverse * (sum - unit * projection(inverse, along)));
        }
    }

    static void lossTableGradient(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray h,
            FloatArray table,
            IntArray order,
            IntArray ends,
            FloatArray gradients,
            FloatArray logits,
            FloatArray rowValues,
            FloatArray itemValues,
            FloatArray dTable) {
        float[] sums = context.allocateFloatLocalArray(Rows.GROUP);
        float[] alongs = context.allocateFloatLocalArray(Rows.GROUP);
        int local = context.localIdx;
        Outputs.keep(local, dTable);
        int width = meta.get(WIDTH);
        int side = Rows.GROUP / meta.get(LANES);
        int lane = local / side;
        int i = context.groupIdx * side + local - lane * side;
        int item = i / width;
        int column = i - item * width;
        float sum = 0;
        float along = 0;
        if (item < meta.get(ITEMS)) {
            int entries = meta.get(NEGATIVES) + 1;
            int first = item == 0 ? 0 : ends.get(item - 1);
            for (int j = first + lane; j < ends.get(item); j += meta.get(LANES)) {
                int e = order.get(j);
                int row = e / entries;
                float gradient = gradients.get(e);
                sum += gradient * rowValues.get(meta.get(ROW_VALUES) + 2 * row + 1) * h.get(at(meta, H, row, column));
                along += gradient * logits.get(meta.get(LOGITS) + e) * reals.get(0);
            }
        }
        sums[local] = sum;
        alongs[local] = along;
        context.localBarrier();
        for (int half = Rows.GROUP / 2; half >= side; half = half / 2) {
            if (local < half) {
                sums[local] = sums[local] + sums[local + half];
                alongs[local] = alongs[local] + alongs[local + half];
            }
            context.localBarrier();
        }
        if (lane == 0) {
            if (item < meta.get(ITEMS)) {
                float inverse = itemValues.get(meta.get(ITEM_VALUES) + item);
                float unit = table.get(at(meta, TABLE, item, column)) * inverse;
                dTable.set(
                        at(meta, D_TABLE, item, column),
                        inverse * (sums[local] - unit * projection(inverse, alongs[local])));
            }
        }
    }
}
