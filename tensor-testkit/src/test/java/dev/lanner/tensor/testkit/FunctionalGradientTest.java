package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;
import java.util.Arrays;
import java.util.function.BiFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class FunctionalGradientTest {
    private static final int TRIES = 200;

    private static void alongAnAxis(BiFunction<Tensor, Integer, Tensor> function, Viewed viewed, long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int axis = inputs.below(shape.length) - (inputs.flip() ? shape.length : 0);
        GradientCheck.of(in -> function.apply(viewed.view(in[0]), axis)).check(inputs.any(viewed.leaf(shape)));
    }

    @Property(tries = TRIES)
    void softmax(@ForAll Viewed viewed, @ForAll long seed) {
        alongAnAxis(Functional::softmax, viewed, seed);
    }

    @Property(tries = TRIES)
    void logSoftmax(@ForAll Viewed viewed, @ForAll long seed) {
        alongAnAxis(Functional::logSoftmax, viewed, seed);
    }

    @Property(tries = TRIES)
    void logSumExp(@ForAll Viewed viewed, @ForAll long seed) {
        alongAnAxis(Functional::logSumExp, viewed, seed);
    }

    @Example
    void logSumExpBesideExcludedElements() {
        Tensor x = new Inputs(1).any(2, 3);
        GradientCheck.of(in -> {
                    Tensor excluded =
                            Tensor.concat(1, in[0], in[0].detach().mul(0).add(Double.NEGATIVE_INFINITY));
                    return Functional.logSumExp(excluded, 1);
                })
                .check(x);
    }

    /** Neighbours differ by 1 at least, so that the deviation is not close to 0, where everything is steep. */
    private static Tensor spread(Inputs inputs, int... sizes) {
        return inputs.distinct(0, sizes).mul(10);
    }

    @Property(tries = TRIES)
    void layerNorm(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int width = shape[shape.length - 1];
        GradientCheck.of(in -> Functional.layerNorm(viewed.view(in[0]), in[1], in[2], 1e-3))
                .check(spread(inputs, viewed.leaf(shape)), inputs.any(width), inputs.any(width));
    }

    @Property(tries = TRIES)
    void gatedTransform(
            @ForAll @IntRange(max = 3) int rows,
            @ForAll @IntRange(min = 1, max = 4) int width,
            @ForAll Viewed viewed,
            @ForAll Viewed gate,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(
                        in -> Fused.apply(new GatedTransform(1e-3), viewed.view(in[0]), gate.view(in[1]), in[2], in[3]))
                .check(
                        spread(inputs, viewed.leaf(rows, width)),
                        inputs.any(gate.leaf(rows, width)),
                        inputs.any(width),
                        inputs.any(width));
    }

    @Property(tries = TRIES)
    void linear(
            @ForAll @IntRange(max = 3) int rows,
            @ForAll @IntRange(max = 3) int in,
            @ForAll @IntRange(max = 3) int out,
            @ForAll Viewed viewed,
            @ForAll boolean silu,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in3 -> {
                    Tensor x = viewed.view(in3[0]);
                    Tensor weight = viewed.view(in3[1]);
                    Tensor bias = viewed.view(in3[2]);
                    return silu ? Functional.linearSilu(x, weight, bias) : Functional.linear(x, weight, bias);
                })
                .check(
                        inputs.any(viewed.leaf(2, rows, in)),
                        inputs.any(viewed.leaf(out, in)),
                        inputs.any(viewed.leaf(out)));
    }

    @Property(tries = TRIES)
    void linearSiluInParts(
            @ForAll @IntRange(max = 3) int rows,
            @ForAll @IntRange(min = 1, max = 3) int parts,
            @ForAll @IntRange(max = 2) int width,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> {
                    Tensor[] projections = Fused.apply(new LinearSilu(parts), in[0], in[1], in[2])
                            .unbind(0);
                    // The first is used twice, the others once.
                    Tensor sum = projections[0].square();
                    for (Tensor projection : projections) {
                        sum = sum.add(projection.exp());
                    }
                    return sum;
                })
                .check(inputs.any(rows, 2), inputs.any(parts * width, 2), inputs.any(parts * width));
    }

    @Property(tries = TRIES)
    void linearDropoutAdd(
            @ForAll @IntRange(max = 3) int rows,
            @ForAll @IntRange(max = 3) int out,
            @ForAll Viewed viewed,
            @ForAll Viewed residual,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        LinearDropoutAdd op = new LinearDropoutAdd(0.4, RandomKey.of(seed));
        GradientCheck.of(in -> Fused.apply(op, viewed.view(in[0]), in[1], in[2], residual.view(in[3])))
                .check(
                        inputs.any(viewed.leaf(rows, 2)),
                        inputs.any(out, 2),
                        inputs.any(out),
                        inputs.any(residual.leaf(rows, out)));
    }

    @Property(tries = TRIES)
    void l2Normalize(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> Functional.l2Normalize(viewed.view(in[0])))
                .check(inputs.awayFromZero(viewed.leaf(inputs.shapeOfRank(1, 3))));
    }

    @Example
    void l2NormalizeBelowItsLeastNorm() {
        // There the function is linear, with a slope of a million.
        GradientCheck.of(in -> Functional.l2Normalize(in[0].mul(1e-9))).check(new Inputs(1).any(2, 3));
        GradientCheck.of(in -> Functional.l2Normalize(in[0]))
                .step(1e-8)
                .check(new Inputs(1).any(2, 3).mul(0));
    }

    @Property(tries = TRIES)
    void cosineSimilarity(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int[] other = shape.clone();
        Arrays.fill(other, 0, shape.length - 1, 1);
        GradientCheck.of(in -> Functional.cosineSimilarity(left.view(in[0]), right.view(in[1])))
                .check(
                        inputs.awayFromZero(left.leaf(shape)),
                        inputs.awayFromZero(right.leaf(inputs.flip() ? shape : other)));
    }

    @Property(tries = TRIES)
    void dropout(@ForAll Viewed viewed, @ForAll @IntRange(max = 99) int percent, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        RandomKey key = RandomKey.of(inputs.seed());
        GradientCheck.of(in -> Functional.dropout(viewed.view(in[0]), percent / 100.0, key, true))
                .check(inputs.any(viewed.leaf(inputs.shape())));
    }

    @Property(tries = TRIES)
    void mse(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(0, 3);
        GradientCheck.of(in -> Functional.mse(left.view(in[0]), right.view(in[1])))
                .check(inputs.any(left.leaf(shape)), inputs.any(right.leaf(shape)));
    }

    @Property(tries = TRIES)
    void crossEntropy(
            @ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 5) int classes,
            @ForAll Viewed viewed,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> Functional.crossEntropy(viewed.view(in[0]), in[1]))
                .check(inputs.any(viewed.leaf(rows, classes)), inputs.indices(classes, rows));
    }

    @Property(tries = TRIES)
    void maskedMean(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        GradientCheck.of(in -> Functional.maskedMean(viewed.view(in[0]).square(), in[1]))
                .check(inputs.any(viewed.leaf(shape)), inputs.indices(2, shape));
    }

    @Property(tries = TRIES)
    void sampledSoftmaxLoss(
            @ForAll @IntRange(max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 4) int width,
            @ForAll @IntRange(min = 1, max = 5) int items,
            @ForAll @IntRange(max = 4) int negatives,
            @ForAll Viewed viewed,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> Functional.sampledSoftmaxLoss(viewed.view(in[0]), viewed.view(in[1]), in[2], in[3], 0.3))
                .check(
                        inputs.awayFromZero(viewed.leaf(rows, width)),
                        inputs.awayFromZero(viewed.leaf(items, width)),
                        inputs.indices(items, rows),
                        inputs.indices(items, rows, negatives));
    }

    @Property(tries = TRIES)
    void fullSoftmaxLoss(
            @ForAll @IntRange(max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 4) int width,
            @ForAll @IntRange(min = 2, max = 5) int items,
            @ForAll Viewed viewed,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> Functional.fullSoftmaxLoss(viewed.view(in[0]), viewed.view(in[1]), in[2], 0.3))
                .check(
                        inputs.awayFromZero(viewed.leaf(rows, width)),
                        inputs.awayFromZero(viewed.leaf(items, width)),
                        inputs.indices(items, rows));
    }
}
