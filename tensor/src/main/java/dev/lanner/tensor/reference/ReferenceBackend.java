package dev.lanner.tensor.reference;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The backend that is obviously right: one element at a time, floating point in double precision whatever the dtype, rounded when
 * stored. The oracle of the other backends, and the only one with F64. No fused kernels: their references run.
 */
public final class ReferenceBackend implements Backend {
    /** The name by which it is asked for. */
    public static final String NAME = "reference";

    /** It holds nothing, so any number of them may be made. */
    public ReferenceBackend() {}

    /** Larger comes first, NaN before all; of equal ones the smaller position. */
    private static Comparator<Integer> descending(HostArray values, int[] positions) {
        Comparator<Integer> ascending = values.dtype().isFloating()
                // Plus 0, so that -0 is 0.
                ? Comparator.comparingDouble(i -> values.getDouble(positions[i]) + 0.0)
                : Comparator.comparingLong(i -> values.getLong(positions[i]));
        return ascending.reversed().thenComparing(Comparator.naturalOrder());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(DType dtype) {
        return true;
    }

    @Override
    public Storage allocate(DType dtype, int size) {
        return HostArray.allocate(dtype, size);
    }

    @Override
    public void release(Storage storage) {
        storage.markReleased();
    }

    @Override
    public void upload(HostArray source, Storage target, int count) {
        ((HostArray) target).copyFrom(source, 0, 0, count);
    }

    @Override
    public void download(Storage source, int offset, HostArray target, int count) {
        target.copyFrom((HostArray) source, offset, 0, count);
    }

    @Override
    public void copy(View x, View out) {
        for (int i = 0; i < count(out); i++) {
            // A long would be rounded twice on its way through a double.
            if (x.dtype().isFloating()) {
                set(out, i, get(x, i));
            } else {
                setLong(out, i, getLong(x, i));
            }
        }
    }

    @Override
    public void fill(double value, View out) {
        for (int i = 0; i < count(out); i++) {
            set(out, i, value);
        }
    }

    @Override
    public void unary(UnaryOp op, View x, View out) {
        for (int i = 0; i < count(out); i++) {
            if (x.dtype().isFloating()) {
                set(out, i, Scalars.unary(op, get(x, i)));
            } else {
                setLong(out, i, Scalars.unary(op, getLong(x, i)));
            }
        }
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        for (int i = 0; i < count(out); i++) {
            if (a.dtype().isFloating()) {
                set(out, i, Scalars.binary(op, get(a, i), get(b, i)));
            } else {
                setLong(out, i, Scalars.binary(op, getLong(a, i), getLong(b, i)));
            }
        }
    }

    @Override
    public void compare(CompareOp op, View a, View b, View out) {
        for (int i = 0; i < count(out); i++) {
            boolean holds = a.dtype().isFloating()
                    ? Scalars.compare(op, get(a, i), get(b, i))
                    : Scalars.compare(op, getLong(a, i), getLong(b, i));
            setLong(out, i, holds ? 1 : 0);
        }
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        for (int i = 0; i < count(out); i++) {
            View chosen = getLong(condition, i) != 0 ? a : b;
            if (out.dtype().isFloating()) {
                set(out, i, get(chosen, i));
            } else {
                setLong(out, i, getLong(chosen, i));
            }
        }
    }

    @Override
    public void reduce(ReduceOp op, View x, View out) {
        double[] sums = new double[count(out)];
        long[] exact = new long[count(out)];
        boolean[] started = new boolean[count(out)];
        // The output expanded to the input's shape says which sum an element belongs to.
        Layout target = Layout.contiguous(out.shape()).expand(x.shape());
        for (int i = 0; i < count(x); i++) {
            int to = target.position(i);
            if (started[to] && x.dtype().isFloating()) {
                sums[to] = Scalars.combine(op, sums[to], get(x, i));
            } else if (started[to]) {
                exact[to] = Scalars.combine(op, exact[to], getLong(x, i));
            } else {
                started[to] = true;
                sums[to] = get(x, i);
                exact[to] = getLong(x, i);
            }
        }
        for (int i = 0; i < count(out); i++) {
            if (x.dtype().isFloating()) {
                set(out, i, sums[i]);
            } else {
                setLong(out, i, exact[i]);
            }
        }
    }

    @Override
    public void argReduce(ReduceOp op, View x, int axis, View out) {
        int size = x.shape().size(axis);
        for (int i = 0; i < count(out); i++) {
            int best = 0;
            for (int along = 1; along < size; along++) {
                View challenger = along(x, axis, along);
                View champion = along(x, axis, best);
                boolean better = x.dtype().isFloating()
                        ? beats(op, get(challenger, i), get(champion, i))
                        : Scalars.compare(beating(op), getLong(challenger, i), getLong(champion, i));
                if (better) {
                    best = along;
                }
            }
            setLong(out, i, best);
        }
    }

    private static boolean beats(ReduceOp op, double challenger, double champion) {
        return !Double.isNaN(champion)
                && (Double.isNaN(challenger) || Scalars.compare(beating(op), challenger, champion));
    }

    private static CompareOp beating(ReduceOp op) {
        return op == ReduceOp.MAX ? CompareOp.GREATER : CompareOp.LESS;
    }

    private static View along(View x, int axis, int position) {
        return new View(x.storage(), x.layout().slice(axis, position, 1, 1));
    }

    @Override
    public void topK(View x, View values, View indices) {
        int width = x.shape().size(-1);
        int k = values.shape().size(-1);
        HostArray source = (HostArray) x.storage();
        for (int row = 0; row < count(values) / k; row++) {
            int first = row * width;
            int[] positions = IntStream.range(0, width)
                    .map(i -> x.layout().position(first + i))
                    .toArray();
            int[] sorted = IntStream.range(0, width)
                    .boxed()
                    .sorted(descending(source, positions))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int i = 0; i < k; i++) {
                int from = positions[sorted[i]];
                ((HostArray) values.storage())
                        .copyFrom(source, from, values.layout().position(row * k + i), 1);
                setLong(indices, row * k + i, sorted[i]);
            }
        }
    }

    @Override
    public void matmul(double alpha, View a, View b, double beta, View out) {
        int m = out.shape().size(-2);
        int n = out.shape().size(-1);
        int k = a.shape().size(-1);
        for (int i = 0; i < count(out); i++) {
            int batch = i / (m * n);
            int row = i / n % m;
            int column = i % n;
            double sum = 0;
            for (int p = 0; p < k; p++) {
                sum += get(a, (batch * m + row) * k + p) * get(b, (batch * k + p) * n + column);
            }
            set(out, i, beta == 0 ? alpha * sum : alpha * sum + beta * get(out, i));
        }
    }

    @Override
    public void gatherRows(View table, View indices, View out) {
        int width = table.shape().size(1);
        for (int i = 0; i < count(out); i++) {
            int row = (int) getLong(indices, i / width);
            set(out, i, get(table, row * width + i % width));
        }
    }

    @Override
    public void scatterAddRows(View rows, View indices, View out) {
        int width = out.shape().size(1);
        for (int i = 0; i < count(rows); i++) {
            int to = (int) getLong(indices, i / width) * width + i % width;
            set(out, to, get(out, to) + get(rows, i));
        }
    }

    @Override
    public void random(RandomOp op, RandomKey key, double a, double b, View out) {
        int count = count(out);
        if (op == RandomOp.UNIFORM_INT) {
            int[] drawn = new int[count];
            Draws.ints(key, (int) a, (int) b, 0, drawn, 0, count);
            for (int i = 0; i < count; i++) {
                setLong(out, i, drawn[i]);
            }
        } else {
            float[] drawn = new float[count];
            Draws.floats(op, key, a, b, 0, drawn, 0, count);
            for (int i = 0; i < count; i++) {
                set(out, i, drawn[i]);
            }
        }
    }

    @Override
    public void synchronize() {
        // Everything is done when a call returns.
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private static int count(View view) {
        return view.shape().elements();
    }

    private static double get(View view, int index) {
        return ((HostArray) view.storage()).getDouble(view.layout().position(index));
    }

    private static long getLong(View view, int index) {
        return ((HostArray) view.storage()).getLong(view.layout().position(index));
    }

    private static void set(View view, int index, double value) {
        ((HostArray) view.storage()).setDouble(view.layout().position(index), value);
    }

    private static void setLong(View view, int index, long value) {
        ((HostArray) view.storage()).setLong(view.layout().position(index), value);
    }
}
