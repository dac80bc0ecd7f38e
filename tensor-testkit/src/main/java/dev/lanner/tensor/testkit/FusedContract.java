package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.functional.Dropout;
import dev.lanner.tensor.functional.FullSoftmaxLoss;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.LayerNorm;
import dev.lanner.tensor.functional.Linear;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import dev.lanner.tensor.functional.Softmax;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Fused operations but attention and the optimiser's step, against their references. */
interface FusedContract extends ContractPart {
    private void check(FusedOp op, Samples samples, Operand... inputs) {
        new FusedTrial(harness(), op, samples, 1, 1, inputs).check();
    }

    /** The loss, whose logits are of magnitude 1/temperature, and whose gradients are shared by the rows. */
    private void check(SampledSoftmaxLoss op, Samples samples, Operand... inputs) {
        double logit = 1 / op.temperature();
        double rows = Math.max(1, inputs[0].shape().size(0));
        new FusedTrial(harness(), op, samples, 1, logit / rows, inputs).check();
    }

    private static Operand floats(Samples samples, Arrangement from, int... sizes) {
        Shape shape = Shape.of(sizes);
        return Operand.in(samples.ordinary(DType.F32, shape.elements()), shape, from);
    }

    /** Rows whose elements are far apart: the normalisation of nearly equal ones is not a question of the kernel. */
    private static Operand spread(Samples samples, Arrangement from, int... sizes) {
        Shape shape = Shape.of(sizes);
        HostArray values = samples.floating(DType.F32, shape.elements(), -1, 1);
        int width = shape.size(-1);
        for (int i = 0; i < shape.elements(); i++) {
            values.setDouble(i, values.getDouble(i) + (i % width % 2 == 0 ? 2 : -2));
        }
        boolean constantRows = from == Arrangement.BROADCAST_LAST || from == Arrangement.BROADCAST_ALL;
        return Operand.in(values, shape, constantRows ? Arrangement.COLUMNS : from);
    }

    @Property(tries = 200)
    default void softmax(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll Arrangement from,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        check(new Softmax(), samples, floats(samples, from, rows, width));
    }

    @Example
    default void softmaxOfExcludedAndOfLargeElements() {
        float none = Float.NEGATIVE_INFINITY;
        float[] values = {none, 1, 2, none, 1000, 999, -1000, none, -3e38f, 3e38f, 0, 1};
        check(new Softmax(), new Samples(1), Operand.in(HostArray.of(values), Shape.of(3, 4), Arrangement.COLUMNS));
        check(new Softmax(), new Samples(2), floats(new Samples(3), Arrangement.CONTIGUOUS, 2, 1000));
        check(new Softmax(), new Samples(2), floats(new Samples(3), Arrangement.STRIDED, 2, 3, 5));
        check(new Softmax(), new Samples(2), floats(new Samples(3), Arrangement.OFFSET, 5));
    }

    @Property(tries = 200)
    default void layerNorm(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll Arrangement from,
            @ForAll Arrangement vectors,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        check(
                new LayerNorm(samples.flip() ? 1e-5 : 1e-2),
                samples,
                spread(samples, from, rows, width),
                floats(samples, vectors, width),
                floats(samples, vectors, width));
    }

    @Example
    default void layerNormOfHigherRankAndManyRows() {
        Samples samples = new Samples(5);
        Operand gamma = floats(samples, Arrangement.OFFSET, 17);
        Operand beta = floats(samples, Arrangement.CONTIGUOUS, 17);
        check(new LayerNorm(1e-6), samples, spread(samples, Arrangement.COLUMNS, 2, 3, 17), gamma, beta);
        check(new LayerNorm(1e-6), samples, spread(samples, Arrangement.OFFSET, 17), gamma, beta);
        check(new LayerNorm(1e-6), samples, spread(samples, Arrangement.COLUMNS, 1000, 17), gamma, beta);
    }

    @Property(tries = 200)
    default void gatedTransform(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll Arrangement from,
            @ForAll Arrangement gateFrom,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        check(
                new GatedTransform(1e-5),
                samples,
                spread(samples, from, rows, width),
                floats(samples, gateFrom, rows, width),
                floats(samples, Arrangement.OFFSET, width),
                floats(samples, Arrangement.STRIDED, width));
    }

    @Example
    default void gatedTransformOfManyRows() {
        Samples samples = new Samples(9);
        check(
                new GatedTransform(1e-6),
                samples,
                spread(samples, Arrangement.CONTIGUOUS, 700, 33),
                floats(samples, Arrangement.COLUMNS, 700, 33),
                floats(samples, Arrangement.CONTIGUOUS, 33),
                floats(samples, Arrangement.CONTIGUOUS, 33));
    }

    /** x, weight and bias, and where a layer adds one the residual. */
    private Operand[] layer(Samples samples, Arrangement from, Arrangement weights, int rows, int in, int out) {
        return new Operand[] {
            floats(samples, from, rows, in),
            floats(samples, weights, out, in),
            floats(samples, weights, out),
            floats(samples, from, rows, out)
        };
    }

    private void checkLayer(FusedOp op, Samples samples, Operand... layer) {
        checkLayer(op, samples, 1, Arrays.copyOf(layer, 3));
    }

    /** A layer with dropout and residual: what is kept of its product is as much larger as there is less of it. */
    private void checkLayer(LinearDropoutAdd op, Samples samples, Operand... layer) {
        checkLayer(op, samples, 1 / (1 - op.dropout().probability()), layer);
    }

    private void checkLayer(FusedOp op, Samples samples, double scale, Operand... inputs) {
        // Sums of as many terms as the product is deep, and in the weight's gradient as there are rows.
        double terms = Math.max(1, inputs[0].shape().size(1));
        double rows = Math.max(
                1, Math.max(inputs[0].shape().size(0), inputs[1].shape().size(0)));
        new FusedTrial(harness(), op, samples, scale * Math.sqrt(terms), scale * Math.sqrt(rows), inputs).check();
    }

    @Property(tries = 200)
    default void linear(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(max = 20) int in,
            @ForAll @IntRange(max = 40) int out,
            @ForAll Arrangement from,
            @ForAll Arrangement weights,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        checkLayer(new Linear(), samples, layer(samples, from, weights, rows, in, out));
    }

    @Property(tries = 200)
    default void linearSilu(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(max = 20) int in,
            @ForAll @IntRange(max = 20) int width,
            @ForAll @IntRange(min = 1, max = 4) int parts,
            @ForAll Arrangement from,
            @ForAll Arrangement weights,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        checkLayer(new LinearSilu(parts), samples, layer(samples, from, weights, rows, in, parts * width));
    }

    @Property(tries = 200)
    default void linearDropoutAdd(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(max = 20) int in,
            @ForAll @IntRange(max = 40) int out,
            @ForAll @IntRange(max = 99) int percent,
            @ForAll Arrangement from,
            @ForAll Arrangement weights,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        RandomKey key = new RandomKey(seed, samples.between(0, 1000), samples.between(0, 1000));
        LinearDropoutAdd op = new LinearDropoutAdd(percent / 100.0, key);
        checkLayer(op, samples, layer(samples, from, weights, rows, in, out));
    }

    @Example
    default void linearLayersOfManyRowsAndOfALargeWeight() {
        Samples samples = new Samples(9);
        Arrangement columns = Arrangement.COLUMNS;
        checkLayer(new Linear(), samples, layer(samples, columns, columns, 900, 31, 65));
        checkLayer(new LinearSilu(4), samples, layer(samples, columns, columns, 901, 64, 128));
        checkLayer(new LinearDropoutAdd(0.3, RandomKey.of(7)), samples, layer(samples, columns, columns, 903, 33, 67));
        checkLayer(new LinearSilu(3), samples, layer(samples, columns, Arrangement.CONTIGUOUS, 70, 260, 297));
    }

    /** Kernels write the gradients of pieces in place: of a piece used twice by one operation, by two, and of one not used. */
    @Example
    default void piecesOfOneTensorAsOperands() {
        Samples samples = new Samples(17);
        Operand whole = spread(samples, Arrangement.CONTIGUOUS, 4, 7, 20);
        Operand gamma = floats(samples, Arrangement.CONTIGUOUS, 20);
        HostArray actual = gradientThroughPieces(harness().backend(), DType.F32, whole, gamma);
        HostArray expected = gradientThroughPieces(new ReferenceBackend(), DType.F64, whole, gamma);
        Outcome outcome =
                new Outcome("gradient of a tensor in pieces", new HostArray[] {actual}, new HostArray[] {expected});
        outcome.assertCloseInNorm(0, 1, harness().fused());
    }

    /** What the way back reads may be gone: that is an error, and no gradient of what lies there now. */
    @Example
    default void aReleasedInputIsToldOnTheWayBack() {
        try (Backends.Use use = Backends.use(harness().backend());
                Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            Tensor x = Tensor.ones(DType.F32, Shape.of(3, 4)).requireGradient();
            Tensor weight = Tensor.ones(DType.F32, Shape.of(2, 4)).requireGradient();
            Tensor bias = Tensor.ones(DType.F32, Shape.of(2));
            Tensor result;
            try (Scope inner = Scope.open()) {
                result = inner.keep(Fused.apply(new Linear(), x.mul(2), weight, bias));
            }
            Tensor loss = result.sum();
            assertThrows(IllegalStateException.class, () -> tape.backward(loss));
        }
    }

    private static HostArray gradientThroughPieces(Backend on, DType dtype, Operand whole, Operand vector) {
        try (Backends.Use use = Backends.use(on);
                Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            Tensor x = FusedTrial.tensor(whole.values(), dtype, whole.shape()).requireGradient();
            Tensor gamma = FusedTrial.tensor(vector.values(), dtype, vector.shape());
            Tensor[] pieces = x.unbind(0);
            GatedTransform gate = new GatedTransform(1e-3);
            Tensor twice = Fused.apply(gate, pieces[0], pieces[0], gamma, gamma);
            Tensor both = Fused.apply(gate, pieces[1], pieces[2], gamma, gamma);
            Tensor again = Fused.apply(new Softmax(), pieces[1]);
            Tensor loss =
                    twice.sum().add(both.square().sum()).add(again.square().sum());
            return FusedTrial.host(tape.backward(loss).get(x));
        }
    }

    @Property(tries = 200)
    default void dropout(
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll long keySeed,
            @ForAll @IntRange(max = 99) int percent,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        RandomKey key = new RandomKey(keySeed, samples.between(0, 1000), samples.between(0, 1000));
        check(new Dropout(percent / 100.0, key), samples, floats(samples, from, shape.sizes()));
    }

    @Example
    default void dropoutOfManyElements() {
        Samples samples = new Samples(3);
        check(new Dropout(0.2, RandomKey.of(7)), samples, floats(samples, Arrangement.COLUMNS, 300, 65));
    }

    @Property(tries = 200)
    default void sampledSoftmaxLoss(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 12) int tableRows,
            @ForAll @IntRange(max = 9) int negatives,
            @ForAll Arrangement from,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        // Of so few items, many rows have no target (0), and many negatives are the target.
        check(
                new SampledSoftmaxLoss(samples.flip() ? 0.05 : 1),
                samples,
                spread(samples, from, rows, width),
                spread(samples, samples.flip() ? Arrangement.CONTIGUOUS : from, tableRows, width),
                items(samples, from, tableRows, rows),
                items(samples, from, tableRows, rows, negatives));
    }

    @Property(tries = 200)
    default void fullSoftmaxLoss(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 2, max = 40) int tableRows,
            @ForAll Arrangement from,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        FullSoftmaxLoss op = new FullSoftmaxLoss(samples.flip() ? 0.5 : 1);
        double row = 1.0 / Math.max(1, rows);
        Operand h = atMostUnit(samples, from, rows, width);
        Operand table = atMostUnit(samples, samples.flip() ? Arrangement.CONTIGUOUS : from, tableRows, width);
        Operand targets = items(samples, from, tableRows, rows);
        new FusedTrial(harness(), op, samples, 1, row / op.temperature(), h, table, targets).check();
    }

    /** Rows no longer than 1: a loss is the difference of logits, whose rounding a small one does not survive where they are large. */
    private static Operand atMostUnit(Samples samples, Arrangement from, int rows, int width) {
        double most = 1 / Math.sqrt(width);
        return Operand.in(samples.floating(DType.F32, rows * width, -most, most), Shape.of(rows, width), from);
    }

    private static Operand items(Samples samples, Arrangement from, int tableRows, int... sizes) {
        Shape shape = Shape.of(sizes);
        return Operand.in(samples.integers(DType.I32, shape.elements(), 0, tableRows), shape, from);
    }

    @Example
    default void sampledSoftmaxLossAtTheSizeOfTraining() {
        Samples samples = new Samples(11);
        check(
                new SampledSoftmaxLoss(0.05),
                samples,
                spread(samples, Arrangement.CONTIGUOUS, 70, 50),
                spread(samples, Arrangement.CONTIGUOUS, 301, 50),
                items(samples, Arrangement.CONTIGUOUS, 301, 70),
                items(samples, Arrangement.CONTIGUOUS, 301, 70, 128));
    }

    @Example
    default void sampledSoftmaxLossWithoutAnyTargetIsZero() {
        Samples samples = new Samples(12);
        check(
                new SampledSoftmaxLoss(0.05),
                samples,
                spread(samples, Arrangement.COLUMNS, 5, 8),
                spread(samples, Arrangement.CONTIGUOUS, 9, 8),
                Operand.in(HostArray.allocate(DType.I32, 5), Shape.of(5), Arrangement.OFFSET),
                items(samples, Arrangement.CONTIGUOUS, 9, 5, 3));
    }

    @Example
    default void sampledSoftmaxLossOfRowsWithoutDirection() {
        // A state or an item of zeros has the norm 1e-6, not 0.
        Samples samples = new Samples(13);
        HostArray zeros = HostArray.allocate(DType.F32, 4 * 8);
        check(
                new SampledSoftmaxLoss(0.5),
                samples,
                Operand.in(zeros, Shape.of(4, 8), Arrangement.OFFSET),
                spread(samples, Arrangement.CONTIGUOUS, 6, 8),
                items(samples, Arrangement.CONTIGUOUS, 6, 4),
                items(samples, Arrangement.CONTIGUOUS, 6, 4, 3));
        check(
                new SampledSoftmaxLoss(0.5),
                samples,
                spread(samples, Arrangement.CONTIGUOUS, 4, 8),
                Operand.in(zeros, Shape.of(4, 8), Arrangement.CONTIGUOUS),
                items(samples, Arrangement.CONTIGUOUS, 4, 4),
                items(samples, Arrangement.CONTIGUOUS, 4, 4, 3));
    }
}
