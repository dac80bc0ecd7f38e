package dev.lanner.tensor.backend;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One call of a {@link Backend}'s compute methods, as data: an element of a {@link Recording}. Components are named and mean what the
 * parameters of the method do. Arrays belong to the launch and are never written to.
 */
public sealed interface Launch {
    /** The views it reads; one that it changes, or writes in part, is among {@link #writes} too. */
    List<View> reads();

    /** The views it writes. */
    List<View> writes();

    /** The same launch on other views. */
    Launch map(UnaryOperator<View> views);

    /**
     * Makes the call.
     *
     * @param step takes the place of {@link RandomKey#EACH_STEP}
     */
    void run(Backend backend, int step);

    /** {@link Backend#copy}. */
    record Copy(View x, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Copy(views.apply(x), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.copy(x, out);
        }
    }

    /** {@link Backend#fill}. */
    record Fill(double value, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of();
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Fill(value, views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.fill(value, out);
        }
    }

    /** {@link Backend#unary}. */
    record Unary(UnaryOp op, View x, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Unary(op, views.apply(x), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.unary(op, x, out);
        }
    }

    /** {@link Backend#binary}; {@code out} may be the very view of an operand. */
    record Binary(BinaryOp op, View a, View b, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(a, b);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Binary(op, views.apply(a), views.apply(b), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.binary(op, a, b, out);
        }
    }

    /** {@link Backend#compare}. */
    record Compare(CompareOp op, View a, View b, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(a, b);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Compare(op, views.apply(a), views.apply(b), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.compare(op, a, b, out);
        }
    }

    /** {@link Backend#select}. */
    record Select(View condition, View a, View b, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(condition, a, b);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Select(views.apply(condition), views.apply(a), views.apply(b), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.select(condition, a, b, out);
        }
    }

    /** {@link Backend#reduce}. */
    record Reduce(ReduceOp op, View x, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Reduce(op, views.apply(x), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.reduce(op, x, out);
        }
    }

    /** {@link Backend#argReduce}. */
    record ArgReduce(ReduceOp op, View x, int axis, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new ArgReduce(op, views.apply(x), axis, views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.argReduce(op, x, axis, out);
        }
    }

    /** {@link Backend#topK}. */
    record TopK(View x, View values, View indices) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(values, indices);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new TopK(views.apply(x), views.apply(values), views.apply(indices));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.topK(x, values, indices);
        }
    }

    /** {@link Backend#matmul}. */
    record Matmul(double alpha, View a, View b, double beta, View out) implements Launch {
        @Override
        public List<View> reads() {
            return beta == 0 ? List.of(a, b) : List.of(a, b, out);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Matmul(alpha, views.apply(a), views.apply(b), beta, views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.matmul(alpha, a, b, beta, out);
        }
    }

    /** {@link Backend#gatherRows}. */
    record GatherRows(View table, View indices, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(table, indices);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new GatherRows(views.apply(table), views.apply(indices), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.gatherRows(table, indices, out);
        }
    }

    /** {@link Backend#scatterAddRows}. */
    record ScatterAddRows(View rows, View indices, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(rows, indices, out);
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new ScatterAddRows(views.apply(rows), views.apply(indices), views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.scatterAddRows(rows, indices, out);
        }
    }

    /** {@link Backend#random}, of the key at the step of the run. */
    record Random(RandomOp op, RandomKey key, double a, double b, View out) implements Launch {
        @Override
        public List<View> reads() {
            return List.of();
        }

        @Override
        public List<View> writes() {
            return List.of(out);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new Random(op, key, a, b, views.apply(out));
        }

        @Override
        public void run(Backend backend, int step) {
            backend.random(op, key.at(step), a, b, out);
        }
    }

    /**
     * {@link FusedKernel#forward} of the operation at the step of the run.
     *
     * @param outputs the results, then what the kernel saves for the backward pass; of an update in place, the state's own views
     */
    record FusedForward(FusedOp op, View[] inputs, View[] outputs) implements Launch {
        @Override
        public List<View> reads() {
            return List.of(inputs);
        }

        @Override
        public List<View> writes() {
            return List.of(outputs);
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new FusedForward(op, mapped(views, inputs), mapped(views, outputs));
        }

        @Override
        public void run(Backend backend, int step) {
            Fused.kernel(backend, op.at(step)).forward(inputs, outputs);
        }
    }

    /**
     * {@link FusedKernel#backward} of the operation at the step of the run.
     *
     * @param inputs those of the forward launch
     * @param outputs those of the forward launch
     * @param dInputs what to write, null where the gradient is not wanted
     */
    record FusedBackward(FusedOp op, View[] inputs, View[] outputs, View dOut, View[] dInputs) implements Launch {
        @Override
        public List<View> reads() {
            View[] all = Arrays.copyOf(inputs, inputs.length + outputs.length + 1);
            System.arraycopy(outputs, 0, all, inputs.length, outputs.length);
            all[all.length - 1] = dOut;
            return List.of(all);
        }

        @Override
        public List<View> writes() {
            return Arrays.stream(dInputs).filter(view -> view != null).toList();
        }

        @Override
        public Launch map(UnaryOperator<View> views) {
            return new FusedBackward(
                    op, mapped(views, inputs), mapped(views, outputs), views.apply(dOut), mapped(views, dInputs));
        }

        @Override
        public void run(Backend backend, int step) {
            Fused.kernel(backend, op.at(step)).backward(inputs, outputs, dOut, dInputs);
        }
    }

    private static View[] mapped(UnaryOperator<View> views, View... all) {
        View[] mapped = new View[all.length];
        for (int i = 0; i < all.length; i++) {
            mapped[i] = all[i] == null ? null : views.apply(all[i]);
        }
        return mapped;
    }
}
