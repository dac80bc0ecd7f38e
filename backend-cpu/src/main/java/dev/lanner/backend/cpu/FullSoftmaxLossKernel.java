package dev.lanner.backend.cpu;

import dev.lanner.backend.cpu.GemmBlocks.Packing;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.FullSoftmaxLoss;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import java.util.Arrays;

/**
 * Cross entropy of a target among all items, block by block of rows: see {@link FullSoftmaxLoss}. The logits of a block become its
 * gradient, and go into both of its products, before the next: 1 MiB for each thread instead of {@code [N, R]}.
 *
 * <p>The forward pass saves the gradients of the sum of all rows' losses times the temperature, by h {@code [N, D]} and by the table
 * {@code [R, D]}. That of the table is summed in parts of the rows, which are added up in their order; the shape alone says how
 * many.
 */
final class FullSoftmaxLossKernel implements FusedKernel {
    /** Elements of a block of logits: 1 MiB. */
    private static final int BLOCK = 1 << 18;

    /** Elements of the sums of all parts: 64 MiB. */
    private static final int SUMS = 1 << 24;

    private static final int MOST_PARTS = 16;
    private static final int LEAST_PARTS = 2;

    /** Work space of the lone task that holds the others together. */
    private static final int PARTIAL = 0;

    private static final int TRANSPOSED = 1;
    private static final int PANELS = 2;

    /** Work space of a task, beside that of its {@link GemmBlock}. */
    private static final int LOGITS = 3;

    private static final int ROW = 4;
    private static final int ITEMS = 1;

    private final WorkerPool pool;
    private final GemmTiles tiles;
    private final LossLoops loops;
    private final FullSoftmaxLoss op;

    /** A kernel without state of its own. */
    FullSoftmaxLossKernel(WorkerPool pool, GemmTiles tiles, LossLoops loops, FullSoftmaxLoss op) {
        this.pool = pool;
        this.tiles = tiles;
        this.loops = loops;
        this.op = op;
    }

    @Override
    public Shape[] saved(View[] inputs) {
        return new Shape[] {inputs[0].shape(), inputs[1].shape()};
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Rows h = Rows.of(inputs[0]);
        Rows table = Rows.of(inputs[1]);
        Indices targets = Indices.of(inputs[2]);
        Rows dStates = Rows.of(outputs[1]);
        int rows = inputs[0].shape().size(0);
        int items = inputs[1].shape().size(0);
        int width = inputs[0].shape().size(1);
        int block = Math.max(1, BLOCK / items / GemmBlocks.ROW_UNIT) * GemmBlocks.ROW_UNIT;
        int blocks = WorkerPool.tasks(rows, block);
        int size = Math.multiplyExact(items, width);
        int most = Math.clamp(SUMS / Math.max(1, size), LEAST_PARTS, MOST_PARTS);
        int grain = Math.max(1, WorkerPool.tasks(blocks, most));
        double[] losses = new double[WorkerPool.tasks(blocks, grain)];
        pool.run(1, (lone, scratch) -> {
            float[] partial = scratch.floats(PARTIAL, losses.length * size);
            Operands operands = new Operands(
                    h,
                    table,
                    targets,
                    GemmPanels.pack(pool, tiles, transposed(table), width, items, scratch, TRANSPOSED),
                    GemmPanels.pack(pool, tiles, rows(table), items, width, scratch, PANELS));
            pool.run(losses.length, (task, own) -> {
                Arrays.fill(partial, task * size, (task + 1) * size, 0);
                for (int number = task * grain; number < Math.min(blocks, (task + 1) * grain); number++) {
                    int first = number * block;
                    int end = Math.min(rows, first + block);
                    GemmResult sums = new GemmResult(partial, task * size, width, 1);
                    losses[task] += block(operands, first, end, dStates, sums, own);
                }
            });
            new PartialSums(partial, 0, size, losses.length).total(pool, Rows.flat(outputs[2]));
        });
        Rows out = Rows.of(outputs[0]);
        out.values()[out.offset()] = (float) (Arrays.stream(losses).sum() / count(targets, rows));
    }

    /** What all blocks read. */
    private record Operands(Rows h, Rows table, Indices targets, GemmPanels transposed, GemmPanels panels) {
        int target(int row) {
            return targets.values()[targets.offset() + row];
        }
    }

    /** Computes some rows; returns the sum of their losses. */
    private double block(Operands operands, int first, int end, Rows dStates, GemmResult dTable, Scratch scratch) {
        Rows h = operands.h();
        int items = operands.table().count();
        int width = h.width();
        int count = end - first;
        float[] logits = scratch.floats(LOGITS, count * items);
        GemmResult result = new GemmResult(logits, 0, items, 0);
        GemmLeft states = new GemmLeft(h.values(), h.at(first), h.stride(), 1);
        multiply(count, items, width, states, transposed(operands.table()), operands.transposed(), result, scratch);
        double loss = 0;
        int[] list = list(items, scratch);
        for (int row = first; row < end; row++) {
            loss += row(operands.target(row), items, list, logits, (row - first) * items, scratch);
        }
        GemmLeft gradients = new GemmLeft(logits, 0, items, 1);
        GemmResult dBlock = new GemmResult(dStates.values(), dStates.at(first), dStates.stride(), 0);
        multiply(count, width, items, gradients, rows(operands.table()), operands.panels(), dBlock, scratch);
        GemmRight right = new GemmRight(h.values(), h.at(first), h.stride(), 1, 1);
        if (width > 0) {
            GemmBlocks whole = GemmBlocks.whole(items, width, count, right);
            GemmLeft transposed = new GemmLeft(logits, 0, 1, items);
            new GemmProduct(tiles, whole, items, width, count, transposed, right, dTable).runAlone(null, scratch);
        }
        return loss;
    }

    /** The items 0 to R - 1, of which a row puts its target to the front, and room for it up to whole vectors. */
    private int[] list(int items, Scratch scratch) {
        int[] list = scratch.ints(ITEMS, LossItems.padded(items, loops.lanes()));
        for (int item = 1; item < items; item++) {
            list[item] = item;
        }
        return list;
    }

    /**
     * Replaces a row of logits, from {@code at} on, by the gradients of its loss. The column of padding takes the target's logit, and
     * the target, which does not count a second time, gets the gradient from there.
     */
    private double row(int target, int items, int[] list, float[] logits, int at, Scratch scratch) {
        if (target == 0) {
            Arrays.fill(logits, at, at + items, 0);
            return 0;
        }
        int padded = LossItems.padded(items, loops.lanes());
        float[] row = scratch.floats(ROW, padded);
        System.arraycopy(logits, at, row, 0, items);
        row[0] = row[target];
        list[0] = target;
        Arrays.fill(list, items, padded, target);
        double loss = loops.crossEntropy(items, list, row);
        row[target] = row[0];
        row[0] = 0;
        System.arraycopy(row, 0, logits, at, items);
        return loss;
    }

    private void multiply(
            int m, int n, int k, GemmLeft a, GemmRight b, GemmPanels panels, GemmResult c, Scratch scratch) {
        if (k == 0) {
            c.scale(0, m, 0, n);
        } else if (n > 0) {
            GemmBlocks blocks = GemmBlocks.of(m, n, k, Packing.SHARED, tiles.columns());
            new GemmProduct(tiles, blocks, m, n, k, a, b, c).runAlone(panels, scratch);
        }
    }

    /** The table as columns over the temperature, {@code [D, R]}. */
    private GemmRight transposed(Rows table) {
        return new GemmRight(table.values(), table.offset(), 1, table.stride(), (float) (1 / op.temperature()));
    }

    private static GemmRight rows(Rows table) {
        return new GemmRight(table.values(), table.offset(), table.stride(), 1, 1);
    }

    private static int count(Indices targets, int rows) {
        int count = 0;
        for (int row = 0; row < rows; row++) {
            count += targets.values()[targets.offset() + row] == SampledSoftmaxLoss.NO_TARGET ? 0 : 1;
        }
        return Math.max(1, count);
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        int rows = inputs[0].shape().size(0);
        Rows upstream = Rows.of(dOut);
        double mean = upstream.values()[upstream.offset()] / (double) count(Indices.of(inputs[2]), rows);
        float factor = (float) (mean / op.temperature());
        for (int i = 0; i < 2; i++) {
            if (dInputs[i] != null) {
                SampledSoftmaxLossKernel.multiply(pool, factor, Rows.flat(outputs[i + 1]), Rows.flat(dInputs[i]));
            }
        }
    }
}
