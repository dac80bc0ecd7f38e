package dev.lanner.backend.cpu;

import dev.lanner.backend.cpu.GemmBlocks.Packing;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import java.util.Arrays;

/**
 * A linear layer with what follows it, block by block of rows: a block of the product is still in the cache when its epilogue runs,
 * and on the way back the gradient of a block of the product goes into both of its products before the next block. That gradient,
 * as large as the largest arrays of a training step, never exists as a whole.
 *
 * <p>Each task sums the gradient of the weight over its own rows; the sums are added up in the order of the tasks, whose number
 * depends on the shape alone. A large weight, whose sums would be large too, is worked on by all threads together instead, product
 * after product.
 */
final class LinearKernel implements FusedKernel {
    /** Elements of a block of the product: 256 KiB, which the L2 cache holds beside the operands. */
    private static final int BLOCK = 64 << 10;

    /** The same for a large weight, on which all threads work: 4 MiB. */
    private static final int LARGE_BLOCK = 1 << 20;

    private static final int LEAST_ROWS = 48;
    private static final int MOST_ROWS = 384;

    /** Up to so many rows are one block: many threads that serve short lists of candidates each do their own. */
    private static final int SHORT = 144;

    /** Blocks that a small batch is cut into, so that several threads have work. */
    private static final int FEW_BLOCKS = 8;

    /** Elements of a weight whose gradient each task may sum on its own. */
    private static final int SMALL_WEIGHT = 1 << 16;

    /** Elements of the sums of all tasks: 4 MiB. */
    private static final int SUMS = 1 << 20;

    /** Between the rows of the product's gradient, so that columns of it do not all fall into the same sets of the L1 cache. */
    private static final int GAP = 16;

    /** Work space of the lone task that holds the others together: the sums, and from here on panels. */
    private static final int PARTIAL = 0;

    private static final int PANELS = 1;

    /** Work space of a task, beside that of its {@link GemmBlock}. */
    private static final int D_PRODUCT = 3;

    private static final int BIAS_SUMS = 4;

    private final WorkerPool pool;
    private final GemmTiles tiles;
    private final int parts;
    private final LinearEpilogue epilogue;

    /**
     * A kernel without state of its own.
     *
     * @param parts parts of the columns of the result, one behind the other
     */
    LinearKernel(WorkerPool pool, GemmTiles tiles, int parts, LinearEpilogue epilogue) {
        this.pool = pool;
        this.tiles = tiles;
        this.parts = parts;
        this.epilogue = epilogue;
    }

    @Override
    public Shape[] saved(View[] inputs) {
        if (!epilogue.keepsProduct()) {
            return new Shape[0];
        }
        int out = inputs[1].shape().size(0);
        return new Shape[] {Shape.of(parts, inputs[0].shape().size(0), out / parts)};
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        LinearOperands operands = LinearOperands.of(inputs, outputs, parts);
        int rows = operands.rows();
        int width = operands.width();
        if (rows == 0 || width == 0) {
            return;
        }
        int block = blockRows(operands);
        int grain = isLarge(operands) ? rows : block;
        pool.run(1, (lone, scratch) -> {
            GemmPanels[] panels = new GemmPanels[parts];
            GemmProduct[] products = new GemmProduct[parts];
            for (int part = 0; part < parts; part++) {
                products[part] = product(operands, part, Math.min(rows, block));
                panels[part] =
                        GemmPanels.pack(pool, tiles, products[part].b(), operands.in(), width, scratch, PANELS + part);
            }
            pool.run(WorkerPool.tasks(rows, grain), (task, own) -> {
                for (int first = task * grain; first < Math.min(rows, (task + 1L) * grain); first += block) {
                    forward(operands, products, panels, first, Math.min(rows, first + block), own);
                }
            });
        });
    }

    /** A part of the product, of all rows, which are computed some at a time. */
    private GemmProduct product(LinearOperands operands, int part, int rowsAtATime) {
        Rows x = operands.x();
        Rows product = operands.product();
        int n = operands.width();
        int k = operands.in();
        return new GemmProduct(
                tiles,
                GemmBlocks.of(rowsAtATime, n, k, Packing.SHARED, tiles.columns()),
                operands.rows(),
                n,
                k,
                new GemmLeft(x.values(), x.offset(), x.stride(), 1),
                transposed(operands, part),
                new GemmResult(product.values(), product.at(operands.row(part, 0)), product.stride(), 0));
    }

    private void forward(
            LinearOperands operands, GemmProduct[] products, GemmPanels[] panels, int first, int end, Scratch scratch) {
        boolean large = isLarge(operands);
        for (int part = 0; part < parts; part++) {
            multiply(large, products[part], panels[part], first, end, scratch);
            if (large) {
                finish(operands, part, first, end);
            } else {
                epilogue.forward(operands, part, first, end, scratch);
            }
        }
    }

    private void finish(LinearOperands operands, int part, int first, int end) {
        RowTasks.run(
                pool,
                end - first,
                operands.width(),
                (task, from, to, scratch) -> epilogue.forward(operands, part, first + from, first + to, scratch));
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        // What was added is of no interest any more.
        LinearOperands operands = LinearOperands.of(Arrays.copyOf(inputs, 3), outputs, parts);
        Rows dy = Rows.of(dOut);
        Rows dx = Rows.ofWanted(dInputs[0]);
        Rows dWeight = dInputs[1] == null ? null : Rows.flat(dInputs[1]);
        Rows dBias = dInputs[2] == null ? null : Rows.flat(dInputs[2]);
        int out = operands.out();
        int weight = out * operands.in();
        int stride = (dWeight == null ? 0 : weight) + out;
        int block = blockRows(operands);
        int blocks = WorkerPool.tasks(operands.rows(), block);
        int grain =
                isLarge(operands) ? blocks : WorkerPool.tasks(blocks, Math.max(1, SUMS / Math.max(1, weight + out)));
        int tasks = blocks == 0 ? 0 : WorkerPool.tasks(blocks, grain);
        pool.run(1, (lone, scratch) -> {
            GemmPanels panels = dx == null
                    ? null
                    : GemmPanels.pack(pool, tiles, weight(operands), out, operands.in(), scratch, PANELS);
            float[] partial = scratch.floats(PARTIAL, tasks * stride);
            pool.run(tasks, (task, own) -> {
                int at = task * stride;
                Arrays.fill(partial, at, at + stride, 0);
                for (int number = task * grain; number < Math.min(blocks, (task + 1) * grain); number++) {
                    int first = number * block;
                    int end = Math.min(operands.rows(), first + block);
                    float[] dProduct = own.floats(D_PRODUCT, (end - first) * (out + GAP));
                    dProduct(operands, dy, first, end, dProduct, partial, at + stride - out, own);
                    if (dx != null) {
                        inputGradient(operands, first, end, dProduct, panels, dx, own);
                    }
                    if (dWeight != null) {
                        GemmResult sums = new GemmResult(partial, at, operands.in(), 1);
                        weightGradient(operands, first, end, dProduct, sums, own);
                    }
                }
            });
            new PartialSums(partial, 0, stride, tasks).total(pool, dWeight);
            new PartialSums(partial, stride - out, stride, tasks).total(pool, dBias);
        });
    }

    /** The gradient of some rows of the product, all parts side by side; its columns' sums are added to the sums. */
    private void dProduct(
            LinearOperands operands,
            Rows dy,
            int first,
            int end,
            float[] dProduct,
            float[] sums,
            int sumsAt,
            Scratch scratch) {
        int out = operands.out();
        int width = operands.width();
        int tasks = RowTasks.tasks(end - first, out);
        float[] biasSums = scratch.floats(BIAS_SUMS, tasks * out);
        Arrays.fill(biasSums, 0, tasks * out, 0);
        RowTasks.run(pool, end - first, out, (task, from, to, own) -> {
            for (int part = 0; part < parts && width > 0; part++) {
                int offset = from * (out + GAP) + part * width;
                int sum = task * out + part * width;
                epilogue.backward(
                        operands, dy, part, first + from, first + to, dProduct, offset, out + GAP, biasSums, sum, own);
            }
        });
        for (int task = 0; task < tasks; task++) {
            for (int column = 0; column < out; column++) {
                sums[sumsAt + column] += biasSums[task * out + column];
            }
        }
    }

    private void inputGradient(
            LinearOperands operands,
            int first,
            int end,
            float[] dProduct,
            GemmPanels panels,
            Rows dx,
            Scratch scratch) {
        int m = end - first;
        int n = operands.in();
        int k = operands.out();
        if (n > 0) {
            GemmBlocks blocks = GemmBlocks.of(m, n, k, Packing.SHARED, tiles.columns());
            GemmLeft left = new GemmLeft(dProduct, 0, k + GAP, 1);
            GemmResult result = new GemmResult(dx.values(), dx.at(first), dx.stride(), 0);
            GemmProduct product = new GemmProduct(tiles, blocks, m, n, k, left, weight(operands), result);
            multiply(isLarge(operands), product, panels, 0, m, scratch);
        }
    }

    private void weightGradient(
            LinearOperands operands, int first, int end, float[] dProduct, GemmResult sums, Scratch scratch) {
        Rows x = operands.x();
        int m = operands.out();
        int n = operands.in();
        int k = end - first;
        GemmLeft left = new GemmLeft(dProduct, 0, 1, operands.out() + GAP);
        GemmRight right = new GemmRight(x.values(), x.at(first), x.stride(), 1, 1);
        if (isLarge(operands)) {
            Gemm.multiply(pool, tiles, m, n, k, left, right, sums);
        } else if (m > 0 && n > 0) {
            GemmBlocks blocks = GemmBlocks.whole(m, n, k, right);
            new GemmProduct(tiles, blocks, m, n, k, left, right, sums).runAlone(null, scratch);
        }
    }

    /**
     * Some rows of a product with a right operand that is packed already.
     *
     * @param together whether they are the work of all threads, and not a part of a task
     */
    private void multiply(
            boolean together, GemmProduct product, GemmPanels panels, int first, int end, Scratch scratch) {
        if (product.k() == 0) {
            product.c().scale(first, end, 0, product.n());
        } else if (together) {
            product.run(pool, panels, first, end);
        } else {
            product.runAlone(panels, first, end, scratch);
        }
    }

    /** The rows of a part of the weight as columns, {@code [K, M/P]}. */
    private static GemmRight transposed(LinearOperands operands, int part) {
        Rows weight = operands.weight();
        return new GemmRight(weight.values(), weight.at(part * operands.width()), 1, weight.stride(), 1);
    }

    private static GemmRight weight(LinearOperands operands) {
        Rows weight = operands.weight();
        return new GemmRight(weight.values(), weight.offset(), weight.stride(), 1, 1);
    }

    private static boolean isLarge(LinearOperands operands) {
        return (long) operands.out() * operands.in() > SMALL_WEIGHT;
    }

    /** Rows of a block: whole tiles. */
    private static int blockRows(LinearOperands operands) {
        int unit = GemmBlocks.ROW_UNIT;
        int elements = isLarge(operands) ? LARGE_BLOCK : BLOCK;
        int rows = elements / Math.max(1, operands.out()) / unit * unit;
        if (isLarge(operands)) {
            return Math.max(rows, LEAST_ROWS);
        }
        int even = operands.rows() <= SHORT
                ? SHORT
                : WorkerPool.tasks(WorkerPool.tasks(operands.rows(), FEW_BLOCKS), unit) * unit;
        return Math.clamp(Math.min(rows, even), LEAST_ROWS, MOST_ROWS);
    }
}
