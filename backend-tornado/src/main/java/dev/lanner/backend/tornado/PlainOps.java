package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;

/** The operations of the contract as tasks. */
final class PlainOps {
    private final Dispatcher to;
    private final Memory memory;

    PlainOps(Dispatcher to, Memory memory) {
        this.to = to;
        this.memory = memory;
    }

    private static TornadoStorage storage(View view) {
        return TornadoStorage.of(view.storage());
    }

    private static int count(View view) {
        return view.shape().elements();
    }

    /** Launches a kernel with a work item for each element of operands of one shape. */
    private void elements(Kernel kernel, Meta meta, View... operands) {
        int count = count(operands[0]);
        if (count == 0) {
            return;
        }
        Layout[] layouts = new Layout[operands.length];
        TornadoStorage[] storages = new TornadoStorage[operands.length];
        for (int i = 0; i < operands.length; i++) {
            layouts[i] = operands[i].layout();
            storages[i] = storage(operands[i]);
        }
        to.dispatch(
                new DeviceTask(kernel, Grid.elements(count), meta.set(0, count).block(layouts), storages));
    }

    private static Kernel kernel(View view, Kernel floats, Kernel ints, Kernel longs) {
        return switch (view.dtype()) {
            case F32 -> floats;
            case I32 -> ints;
            case I64, F64 -> longs;
        };
    }

    void copy(View x, View out) {
        elements(Copies.kernel(x.dtype(), out.dtype()), new Meta(), x, out);
    }

    void fill(double value, View out) {
        long whole = (long) value;
        Meta meta = out.dtype() == DType.F32
                ? new Meta(new float[] {(float) value})
                : new Meta()
                        .set(2, out.dtype() == DType.I32 ? (int) value : (int) whole)
                        .set(3, (int) (whole >>> 32));
        elements(kernel(out, FloatElements.FILL, IntElements.FILL, LongElements.FILL), meta, out);
    }

    void unary(UnaryOp op, View x, View out) {
        elements(
                kernel(x, FloatElements.UNARY, IntElements.UNARY, LongElements.UNARY),
                new Meta(0, OpCodes.of(op)),
                x,
                out);
    }

    void binary(BinaryOp op, View a, View b, View out) {
        elements(
                kernel(a, FloatElements.BINARY, IntElements.BINARY, LongElements.BINARY),
                new Meta(0, OpCodes.of(op)),
                a,
                b,
                out);
    }

    void compare(CompareOp op, View a, View b, View out) {
        elements(
                kernel(a, FloatElements.COMPARE, IntElements.COMPARE, LongElements.COMPARE),
                new Meta(0, OpCodes.of(op)),
                a,
                b,
                out);
    }

    void select(View condition, View a, View b, View out) {
        elements(
                kernel(a, FloatElements.SELECT, IntElements.SELECT, LongElements.SELECT),
                new Meta(),
                condition,
                a,
                b,
                out);
    }

    void reduce(ReduceOp op, View x, View out) {
        int outputs = count(out);
        if (count(x) == 0) {
            fill(0, out);
            return;
        }
        // The first element of each output, and from there the elements of one.
        Layout first = x.layout();
        Layout within = x.layout();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            boolean kept = x.shape().size(axis) == out.shape().size(axis);
            if (kept) {
                within = within.slice(axis, 0, 1, 1);
            } else {
                first = first.slice(axis, 0, 1, 1);
            }
        }
        int each = count(x) / outputs;
        Meta meta = new Meta(outputs, OpCodes.of(op), each).block(first, out.layout());
        meta.set(3, meta.next()).block(within);
        // Counted from the first element, whose position has the offset in it.
        meta.set(meta.next() - 1, 0);
        if (x.dtype() == DType.F32 && each >= Reductions.GROUP) {
            to.dispatch(new DeviceTask(
                    Reductions.GROUPED, Grid.groups(outputs, Reductions.GROUP), meta, storage(x), storage(out)));
        } else {
            to.dispatch(new DeviceTask(
                    Reductions.SINGLE.get(x.dtype()), Grid.elements(outputs), meta, storage(x), storage(out)));
        }
    }

    void argReduce(ReduceOp op, View x, int axis, View out) {
        Layout first = x.layout().slice(axis, 0, 1, 1);
        int sign = op == ReduceOp.MAX ? 1 : -1;
        Meta meta = new Meta(0, sign, x.shape().size(axis), x.layout().stride(axis));
        elements(Selection.ARG_REDUCE.get(x.dtype()), meta, new View(x.storage(), first), out);
    }

    void topK(View x, View values, View indices) {
        if (count(values) == 0) {
            return;
        }
        int last = x.shape().rank() - 1;
        Meta meta = new Meta(
                0,
                values.shape().size(last),
                x.shape().size(last),
                x.layout().stride(last),
                values.layout().stride(last),
                indices.layout().stride(last));
        elements(Selection.TOP_K.get(x.dtype()), meta, start(x), start(values), start(indices));
    }

    /** The first element of each row. */
    private static View start(View view) {
        return new View(view.storage(), view.layout().slice(view.shape().rank() - 1, 0, 1, 1));
    }

    void matmul(double alpha, View a, View b, double beta, View out) {
        if (count(out) == 0) {
            return;
        }
        int rank = out.shape().rank();
        int m = out.shape().size(rank - 2);
        int n = out.shape().size(rank - 1);
        int depth = a.shape().size(rank - 1);
        int slice = Products.slice(m, n, depth);
        if (rank > 2 || beta != 0 || slice >= depth) {
            product(alpha, a, b, beta, out, depth, 0);
            return;
        }
        int slices = Math.ceilDiv(depth, slice);
        TornadoStorage parts = memory.floats(slices * m * n);
        View products = new View(parts, Layout.contiguous(Shape.of(slices, m, n)));
        product(alpha, a, b, 0, products, slice, slice);
        reduce(ReduceOp.SUM, products, out.expand(Shape.of(1, m, n)));
        memory.giveBack(parts);
    }

    /**
     * A batch of products.
     *
     * @param a of the rank of out, or one matrix for the whole batch
     * @param b like a
     * @param length how much of K is summed
     * @param further how much further along K it begins in each product of the batch
     */
    private void product(double alpha, View a, View b, double beta, View out, int length, int further) {
        int rank = out.shape().rank();
        int m = out.shape().size(rank - 2);
        int n = out.shape().size(rank - 1);
        Meta meta = new Meta(
                new float[] {(float) alpha, (float) beta},
                m,
                n,
                a.shape().size(a.shape().rank() - 1));
        View[] operands = {a, b, out};
        Layout[] first = new Layout[operands.length];
        Layout batch = first(out.layout());
        for (int i = 0; i < operands.length; i++) {
            Layout layout = operands[i].layout();
            int last = layout.shape().rank() - 1;
            meta.set(3 + 2 * i, layout.stride(last - 1)).set(4 + 2 * i, layout.stride(last));
            first[i] = count(operands[i]) == 0 ? batch : first(layout).expand(batch.shape());
        }
        meta.set(9, length).set(10, further).set(Products.RANK, rank);
        to.dispatch(new DeviceTask(
                Products.MATMUL,
                Products.grid(m, n, count(out) / (m * n)),
                meta.block(first),
                storage(a),
                storage(b),
                storage(out)));
    }

    /** The first element of each matrix. */
    private static Layout first(Layout matrices) {
        int last = matrices.shape().rank() - 1;
        return matrices.slice(last - 1, 0, 1, 1).slice(last, 0, 1, 1);
    }

    void gatherRows(View table, View indices, View out) {
        Meta meta = new Meta(
                0,
                table.shape().size(1),
                table.layout().stride(0),
                table.layout().stride(1),
                table.layout().offset(),
                indices.layout().stride(0),
                indices.layout().offset());
        int count = count(out);
        if (count > 0) {
            to.dispatch(new DeviceTask(
                    Rows.GATHER.get(table.dtype()),
                    Grid.elements(count),
                    meta.set(0, count).block(out.layout()),
                    storage(table),
                    storage(indices),
                    storage(out)));
        }
    }

    void scatterAddRows(View rows, View indices, View out) {
        if (count(rows) == 0) {
            return;
        }
        Sorting.Sorted sorted = Sorting.sort(
                to,
                memory,
                storage(indices),
                indices.layout().stride(0),
                indices.layout().offset(),
                count(indices),
                out.shape().size(0));
        int lanes = Rows.lanes(count(indices), out.shape().size(0));
        Meta meta = new Meta(
                count(out),
                out.shape().size(1),
                rows.layout().stride(0),
                rows.layout().stride(1),
                rows.layout().offset(),
                lanes);
        to.dispatch(new DeviceTask(
                Rows.SCATTER_ADD.get(rows.dtype()),
                Rows.sums(count(out), lanes),
                meta.block(out.layout()),
                storage(rows),
                sorted.order(),
                sorted.ends(),
                storage(out)));
        memory.giveBack(sorted.order());
        memory.giveBack(sorted.ends());
    }

    void random(RandomOp op, RandomKey key, double a, double b, View out) {
        switch (op) {
            case UNIFORM -> {
                float below = Math.max((float) a, Math.nextDown((float) b));
                draw(Randoms.UNIFORM, key, new Meta(new float[] {(float) (b - a), (float) a, below}), out);
            }
            case DROPOUT_MASK -> {
                Meta meta = new Meta(new float[] {(float) (1 / (1 - a))});
                draw(Randoms.MASK, key, meta.set(4, (int) Math.round(a * (1 << 24))), out);
            }
            case UNIFORM_INT ->
                draw(Randoms.INTS, key, new Meta().set(4, (int) a).set(5, (int) b), out);
            case NORMAL, TRUNCATED_NORMAL -> drawOnHost(op, key, a, b, out);
        }
    }

    private void draw(Kernel kernel, RandomKey key, Meta meta, View out) {
        TornadoStorage step = memory.step(key.step());
        stream(key, meta);
        int count = count(out);
        if (count > 0) {
            Meta whole = meta.set(0, count).block(out.layout());
            to.dispatch(new DeviceTask(kernel, Grid.elements(count), whole, step, storage(out)));
        }
        memory.giveBack(step);
    }

    /** Sets the words of a header that name a stream. */
    static void stream(RandomKey key, Meta meta) {
        meta.set(1, key.stream()).set(2, (int) key.seed()).set(3, (int) (key.seed() >>> 32));
    }

    /** Initial values, whose bits depend on the host's logarithm and cosine. */
    private void drawOnHost(RandomOp op, RandomKey key, double a, double b, View out) {
        if (memory.isForProgram() && key.step() == RandomKey.EACH_STEP) {
            throw new BackendException(
                    "random: in a program the tornado backend does not draw " + op + " at each step");
        }
        int count = count(out);
        float[] drawn = new float[count];
        Draws.floats(op, key, a, b, 0, drawn, 0, count);
        TornadoStorage values = memory.holding(HostArray.of(drawn), count);
        copy(new View(values, Layout.contiguous(Shape.of(count)).reshape(out.shape())), out);
        memory.giveBack(values);
    }
}
