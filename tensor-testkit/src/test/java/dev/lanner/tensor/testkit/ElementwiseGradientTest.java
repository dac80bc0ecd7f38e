package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ElementwiseGradientTest {
    private static final int TRIES = 200;

    private static void smooth(UnaryOperator<Tensor> function, Viewed viewed, long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> function.apply(viewed.view(in[0]))).check(inputs.any(viewed.leaf(inputs.shape())));
    }

    private static void kinked(UnaryOperator<Tensor> function, Viewed viewed, long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> function.apply(viewed.view(in[0])))
                .check(inputs.awayFromZero(viewed.leaf(inputs.shape())));
    }

    private static void ofPositive(UnaryOperator<Tensor> function, Viewed viewed, long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> function.apply(viewed.view(in[0])))
                .check(inputs.uniform(0.1, 3, viewed.leaf(inputs.shape())));
    }

    @Property(tries = TRIES)
    void neg(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::neg, viewed, seed);
    }

    @Property(tries = TRIES)
    void exp(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::exp, viewed, seed);
    }

    @Property(tries = TRIES)
    void square(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::square, viewed, seed);
    }

    @Property(tries = TRIES)
    void tanh(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::tanh, viewed, seed);
    }

    @Property(tries = TRIES)
    void sigmoid(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::sigmoid, viewed, seed);
    }

    @Property(tries = TRIES)
    void silu(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::silu, viewed, seed);
    }

    @Property(tries = TRIES)
    void gelu(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::gelu, viewed, seed);
    }

    @Property(tries = TRIES)
    void erf(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(Tensor::erf, viewed, seed);
    }

    @Property(tries = TRIES)
    void abs(@ForAll Viewed viewed, @ForAll long seed) {
        kinked(Tensor::abs, viewed, seed);
    }

    @Property(tries = TRIES)
    void sign(@ForAll Viewed viewed, @ForAll long seed) {
        kinked(Tensor::sign, viewed, seed);
    }

    @Property(tries = TRIES)
    void relu(@ForAll Viewed viewed, @ForAll long seed) {
        kinked(Tensor::relu, viewed, seed);
    }

    @Property(tries = TRIES)
    void reciprocal(@ForAll Viewed viewed, @ForAll long seed) {
        kinked(Tensor::reciprocal, viewed, seed);
    }

    @Property(tries = TRIES)
    void log(@ForAll Viewed viewed, @ForAll long seed) {
        ofPositive(Tensor::log, viewed, seed);
    }

    @Property(tries = TRIES)
    void sqrt(@ForAll Viewed viewed, @ForAll long seed) {
        ofPositive(Tensor::sqrt, viewed, seed);
    }

    @Property(tries = TRIES)
    void pow(@ForAll Viewed viewed, @ForAll long seed) {
        double[] exponents = {-1.5, 0, 0.5, 1, 2.5};
        double exponent = exponents[new Inputs(seed + 1).below(exponents.length)];
        ofPositive(x -> x.pow(exponent), viewed, seed);
        // Whole powers are smooth at 0 and below.
        smooth(x -> x.pow(3), viewed, seed);
        smooth(x -> x.pow(0), viewed, seed);
    }

    @Property(tries = TRIES)
    void clamp(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        // Steps of 0.1 never come near the bounds.
        GradientCheck.of(in -> viewed.view(in[0]).clamp(-0.55, 0.45))
                .check(inputs.distinct(0, viewed.leaf(inputs.shape())));
    }

    @Property(tries = TRIES)
    void withConstants(@ForAll Viewed viewed, @ForAll long seed) {
        smooth(x -> x.mul(3).add(2).sub(0.5).div(7), viewed, seed);
    }

    @Property(tries = TRIES)
    void toAnotherDtypeAndBack(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        // What passes through F32 has steps of its own: only its gradient is asked for.
        GradientCheck.of(in -> {
                    Tensor x = viewed.view(in[0]);
                    return x.mul(x.to(DType.F32).mul(0).to(DType.F64).add(1));
                })
                .check(inputs.any(viewed.leaf(inputs.shape())));
    }

    /** Two operands that broadcast, each a view of a leaf, of values that do not tie. */
    private static void pair(BinaryOperator<Tensor> function, Viewed left, Viewed right, long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        int[] a = inputs.flip() ? shape : inputs.broadcasting(shape);
        int[] b = inputs.flip() ? shape : inputs.broadcasting(shape);
        GradientCheck.of(in -> function.apply(left.view(in[0]), right.view(in[1])))
                .check(inputs.distinct(0.02, left.leaf(a)), inputs.distinct(0.07, right.leaf(b)));
    }

    @Property(tries = TRIES)
    void add(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        pair(Tensor::add, left, right, seed);
    }

    @Property(tries = TRIES)
    void sub(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        pair(Tensor::sub, left, right, seed);
    }

    @Property(tries = TRIES)
    void mul(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        pair(Tensor::mul, left, right, seed);
    }

    @Property(tries = TRIES)
    void div(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        int[] divisor = inputs.broadcasting(shape);
        GradientCheck.of(in -> left.view(in[0]).div(right.view(in[1])))
                .check(inputs.any(left.leaf(shape)), inputs.awayFromZero(right.leaf(divisor)));
        GradientCheck.of(in -> left.view(in[0]).div(right.view(in[1])))
                .check(inputs.any(left.leaf(divisor)), inputs.awayFromZero(right.leaf(shape)));
    }

    @Property(tries = TRIES)
    void maximum(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        pair(Tensor::maximum, left, right, seed);
    }

    @Property(tries = TRIES)
    void minimum(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        pair(Tensor::minimum, left, right, seed);
    }

    @Property(tries = TRIES)
    void where(@ForAll Viewed left, @ForAll Viewed right, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        Tensor condition = inputs.indices(2, inputs.broadcasting(shape));
        int[] a = inputs.broadcasting(shape);
        int[] b = inputs.broadcasting(shape);
        GradientCheck.of(in -> in[0].where(left.view(in[1]), right.view(in[2])))
                .check(condition, inputs.any(left.leaf(a)), inputs.any(right.leaf(b)));
    }

    @Property(tries = TRIES)
    void oneTensorOnBothSides(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> {
                    Tensor x = viewed.view(in[0]);
                    Tensor shared = x.exp();
                    return shared.mul(x).add(shared.mul(shared)).sub(x.div(shared));
                })
                .check(inputs.any(viewed.leaf(inputs.shape())));
    }

    @Property(tries = TRIES)
    void expand(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        GradientCheck.of(in -> viewed.view(in[0]).expand(Shape.of(shape)))
                .check(inputs.any(viewed.leaf(inputs.broadcasting(shape))));
    }

    @Property(tries = TRIES)
    void sumTo(@ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shape();
        int[] target = inputs.broadcasting(shape);
        GradientCheck.of(in -> viewed.view(in[0]).sumTo(Shape.of(target))).check(inputs.any(viewed.leaf(shape)));
    }
}
