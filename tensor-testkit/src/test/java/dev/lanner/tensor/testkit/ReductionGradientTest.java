package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Tensor;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ReductionGradientTest {
    private static final int TRIES = 200;

    /** A reduction of some axes. */
    @FunctionalInterface
    private interface Reduction {
        Tensor apply(Tensor x, boolean keepDims, int... axes);
    }

    private static void check(Reduction reduction, Viewed viewed, boolean keepDims, long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(0, 3);
        // Some of the axes, each counted from either end.
        int[] axes = IntStream.range(0, shape.length)
                .filter(axis -> inputs.flip())
                .map(axis -> inputs.flip() ? axis : axis - shape.length)
                .toArray();
        GradientCheck.of(in -> reduction.apply(viewed.view(in[0]), keepDims, axes))
                .check(inputs.distinct(0, viewed.leaf(shape)));
    }

    @Property(tries = TRIES)
    void sum(@ForAll Viewed viewed, @ForAll boolean keepDims, @ForAll long seed) {
        check(Tensor::sum, viewed, keepDims, seed);
    }

    @Property(tries = TRIES)
    void mean(@ForAll Viewed viewed, @ForAll boolean keepDims, @ForAll long seed) {
        check(Tensor::mean, viewed, keepDims, seed);
    }

    @Property(tries = TRIES)
    void max(@ForAll Viewed viewed, @ForAll boolean keepDims, @ForAll long seed) {
        check(Tensor::max, viewed, keepDims, seed);
    }

    @Property(tries = TRIES)
    void min(@ForAll Viewed viewed, @ForAll boolean keepDims, @ForAll long seed) {
        check(Tensor::min, viewed, keepDims, seed);
    }

    @Property(tries = TRIES)
    void ofEverything(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        Tensor leaf = inputs.any(viewed.leaf(inputs.shapeOfRank(0, 3)));
        GradientCheck.of(in -> viewed.view(in[0])
                        .sum()
                        .exp()
                        .add(viewed.view(in[0]).mean().square()))
                .check(leaf.mul(0.1));
    }

    @Example
    void sumsOfNothing() {
        Inputs inputs = new Inputs(1);
        GradientCheck.of(in -> in[0].sum(false, 1)).check(inputs.any(3, 0));
        GradientCheck.of(in -> in[0].sum().add(in[1].sum())).check(inputs.any(0), inputs.any(2));
    }
}
