package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ViewGradientTest {
    private static final int TRIES = 200;

    @Property(tries = TRIES)
    void reshape(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        GradientCheck.of(in -> viewed.view(in[0]).reshape(-1)).check(inputs.any(viewed.leaf(shape)));
        GradientCheck.of(in -> viewed.view(in[0]).reshape(1, shape[0], -1)).check(inputs.any(viewed.leaf(shape)));
        GradientCheck.of(in -> viewed.view(in[0]).reshape(shape)).check(inputs.any(viewed.leaf(shape)));
    }

    @Property(tries = TRIES)
    void transpose(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int a = inputs.below(shape.length);
        int b = inputs.below(shape.length) - shape.length;
        GradientCheck.of(in -> viewed.view(in[0]).transpose(a, b)).check(inputs.any(viewed.leaf(shape)));
    }

    @Property(tries = TRIES)
    void sliceAndNarrow(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int axis = inputs.below(shape.length);
        int start = inputs.below(shape[axis] + 1);
        int end = start + inputs.below(shape[axis] - start + 1);
        int step = 1 + inputs.below(3);
        Tensor leaf = inputs.any(viewed.leaf(shape));
        GradientCheck.of(in -> viewed.view(in[0]).slice(axis, start, end, step)).check(leaf);
        GradientCheck.of(in -> viewed.view(in[0]).narrow(axis - shape.length, start, end - start))
                .check(leaf);
        // Parts that overlap, and the whole besides: gradients meet in one buffer.
        GradientCheck.of(in -> {
                    Tensor x = viewed.view(in[0]);
                    return x.slice(axis, start, end, step)
                            .sum()
                            .add(x.narrow(axis, 0, end).square().sum())
                            .add(x.exp().sum());
                })
                .check(leaf);
    }

    @Property(tries = TRIES)
    void split(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int axis = inputs.below(shape.length);
        int first = inputs.below(shape[axis] + 1);
        GradientCheck.of(in -> {
                    Tensor[] parts = viewed.view(in[0]).split(axis, first, shape[axis] - first);
                    return Tensor.concat(axis, parts[1].exp(), parts[0].square());
                })
                .check(inputs.any(viewed.leaf(shape)));
        // One of the parts is not used.
        GradientCheck.of(in -> viewed.view(in[0])
                        .split(axis, first, shape[axis] - first)[0]
                        .exp())
                .check(inputs.any(viewed.leaf(shape)));
    }

    @Property(tries = TRIES)
    void unbind(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int axis = inputs.below(shape.length);
        shape[axis]++;
        // Pieces used once, several times and not at all, and the whole beside them.
        GradientCheck.of(in -> {
                    Tensor x = viewed.view(in[0]);
                    Tensor[] pieces = x.unbind(axis);
                    Tensor first = pieces[0].exp().sum().add(pieces[0].square().sum());
                    Tensor last = pieces[pieces.length - 1].sum();
                    return first.add(last).add(x.square().sum());
                })
                .check(inputs.any(viewed.leaf(shape)));
    }

    @Property(tries = TRIES)
    void concat(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 3);
        int axis = inputs.below(shape.length);
        int[] other = Shape.of(shape).with(axis, inputs.below(4)).sizes();
        GradientCheck.of(in -> {
                    Tensor a = left.view(in[0]);
                    return Tensor.concat(axis, a, right.view(in[1]), a).square();
                })
                .check(inputs.any(left.leaf(shape)), inputs.any(right.leaf(other)));
    }

    @Property(tries = TRIES)
    void stack(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        int axis = inputs.below(shape.length + 1) - (inputs.flip() ? shape.length + 1 : 0);
        GradientCheck.of(in ->
                        Tensor.stack(axis, left.view(in[0]), right.view(in[1])).square())
                .check(inputs.any(left.leaf(shape)), inputs.any(right.leaf(shape)));
    }

    @Property(tries = TRIES)
    void squeezeAndUnsqueeze(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        int axis = inputs.below(shape.length + 1);
        Tensor leaf = inputs.any(viewed.leaf(shape));
        GradientCheck.of(in -> viewed.view(in[0]).unsqueeze(axis)).check(leaf);
        GradientCheck.of(in -> viewed.view(in[0]).square().unsqueeze(axis).exp().squeeze(axis))
                .check(leaf);
    }

    @Property(tries = TRIES)
    void contiguous(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> viewed.view(in[0]).contiguous().square()).check(inputs.any(viewed.leaf(inputs.shape())));
    }

    @Property(tries = TRIES)
    void viewsOfViews(@ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(2, 2);
        int start = inputs.below(shape[1]);
        GradientCheck.of(in -> in[0].transpose()
                        .narrow(0, start, shape[1] - start)
                        .unsqueeze(1)
                        .expand(Shape.of(2, shape[1] - start, 3, shape[0]))
                        .slice(2, 0, 3, 2)
                        .reshape(-1)
                        .exp())
                .check(inputs.any(shape));
    }
}
