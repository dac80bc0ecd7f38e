package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Checks that a {@link Tape}'s gradient of a function agrees with central differences, {@code (f(x + h) - f(x - h)) / 2h}, in F64 on
 * the reference backend. A function whose inputs have at most {@value #EVERY_COORDINATE} elements in all is differentiated in
 * every coordinate, a larger one along random directions of unit length. A result that is not a scalar is contracted with fixed
 * random weights. Immutable: every option gives another check.
 *
 * <pre>{@code
 * GradientCheck.of(in -> in[0].matmul(in[1]).silu()).check(x, weight);
 * GradientCheck.of(in -> myOp(in[0], in[1])).step(1e-4).tolerance(1e-5, 1e-7).check(x, indices);
 * }</pre>
 *
 * <p>The function must be smooth within a step around the inputs (no element of a {@code relu} at 0, no ties of a {@code max}) and
 * must give the same result every time, so that a random mask takes a fixed key.
 */
public final class GradientCheck {
    /** Inputs with at most so many elements in all are checked coordinate by coordinate. */
    public static final int EVERY_COORDINATE = 64;

    private final Function<Tensor[], Tensor> function;
    private final Options options;

    private record Options(double step, double relative, double absolute, int directions, long seed) {}

    /** What is compared: the function contracted to a number, and the gradient of that by the tape. */
    private record Analytic(double[] weights, double magnitude, double[][] gradients) {}

    private GradientCheck(Function<Tensor[], Tensor> function, Options options) {
        this.function = function;
        this.options = options;
    }

    /**
     * A check with step 1e-5, tolerances 1e-6 (relative) and 1e-8 (absolute), and eight directions for each input.
     *
     * @param function from the inputs, as F64 tensors on the reference backend (integers as they are), to an F64 tensor
     */
    public static GradientCheck of(Function<Tensor[], Tensor> function) {
        return new GradientCheck(function, new Options(1e-5, 1e-6, 1e-8, 8, 42));
    }

    /** With another step, which is multiplied by the size of a coordinate where that is above 1. */
    public GradientCheck step(double step) {
        if (!(step > 0)) {
            throw new IllegalArgumentException("gradient check: the step must be positive, found " + step);
        }
        return new GradientCheck(
                function, new Options(step, options.relative, options.absolute, options.directions, options.seed));
    }

    /**
     * With other tolerances.
     *
     * @param relative allowed difference relative to the larger of the two derivatives
     * @param absolute allowed difference besides, times the sum of the magnitudes of the contracted results where that is above
     *     1: room for rounding, which is divided by the step
     */
    public GradientCheck tolerance(double relative, double absolute) {
        return new GradientCheck(
                function, new Options(options.step, relative, absolute, options.directions, options.seed));
    }

    /** With another number of random directions for each input. */
    public GradientCheck directions(int directions) {
        return new GradientCheck(
                function, new Options(options.step, options.relative, options.absolute, directions, options.seed));
    }

    /** With another seed of the weights and directions. */
    public GradientCheck seed(long seed) {
        return new GradientCheck(
                function, new Options(options.step, options.relative, options.absolute, options.directions, seed));
    }

    /**
     * Compares the derivatives at one point.
     *
     * @param inputs the point; F32 is taken as F64, integer tensors are passed through and not differentiated; any backend
     * @throws AssertionError if a derivative differs; the message names the input, the coordinate or direction, and both values
     */
    public void check(Tensor... inputs) {
        Backend reference = Backends.get(ReferenceBackend.NAME);
        try (Backends.Use use = Backends.use(reference)) {
            Point point = Point.of(inputs);
            SplittableRandom random = new SplittableRandom(options.seed);
            Analytic analytic = analytic(point, random);
            boolean everyCoordinate = point.differentiable() <= EVERY_COORDINATE;
            for (int input = 0; input < inputs.length; input++) {
                if (point.isDifferentiable(input) && everyCoordinate) {
                    coordinates(point, input, analytic);
                } else if (point.isDifferentiable(input)) {
                    directions(point, input, analytic, random);
                }
            }
        }
    }

    private Analytic analytic(Point point, SplittableRandom random) {
        Tensor[] leaves = point.leaves();
        try (Tape tape = Tape.open()) {
            // Times 1, so that a function which returns its input as it is still ends on the tape.
            Tensor out = function.apply(leaves).mul(1);
            if (out.dtype() != DType.F64) {
                throw new AssertionError("gradient check: the function must compute in F64, found " + out);
            }
            double[] result = out.toDoubles();
            double[] weights = weights(result.length, random);
            double magnitude = 0;
            for (int i = 0; i < result.length; i++) {
                magnitude += Math.abs(weights[i] * result[i]);
            }
            double value = contracted(result, weights);
            double again = value(point, weights);
            if (!Double.isFinite(magnitude) || value != again) {
                throw new AssertionError("gradient check: the function must be finite and the same every time, found "
                        + value + " and " + again);
            }
            Gradients gradients = new Gradients();
            if (out.requiresGradient()) {
                tape.backward(out, Tensor.of(weights, out.shape().sizes()), gradients);
            }
            double[][] derivatives = new double[leaves.length][];
            for (int i = 0; i < leaves.length; i++) {
                // A leaf that the result does not depend on has no gradient, which means zeros.
                double[] zeros = new double[leaves[i].shape().elements()];
                derivatives[i] =
                        gradients.find(leaves[i]).map(Tensor::toDoubles).orElse(zeros);
            }
            return new Analytic(weights, magnitude, derivatives);
        }
    }

    /** Between 0.5 and 1.5 with either sign: none so small that an element would go unseen. */
    private static double[] weights(int count, SplittableRandom random) {
        double[] weights = new double[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (0.5 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
        }
        return weights;
    }

    private double value(Point point, double[] weights) {
        return contracted(function.apply(point.constants()).toDoubles(), weights);
    }

    private static double contracted(double[] result, double[] weights) {
        double sum = 0;
        for (int i = 0; i < result.length; i++) {
            sum += weights[i] * result[i];
        }
        return sum;
    }

    private void coordinates(Point point, int input, Analytic analytic) {
        double[] values = point.values(input);
        for (int i = 0; i < values.length; i++) {
            double before = values[i];
            double step = options.step * Math.max(1, Math.abs(before));
            values[i] = before + step;
            double above = value(point, analytic.weights);
            values[i] = before - step;
            double below = value(point, analytic.weights);
            values[i] = before;
            String where = "at " + Arrays.toString(point.coordinate(input, i));
            compare(point.name(input), where, analytic.gradients[input][i], (above - below) / (2 * step), analytic);
        }
    }

    private void directions(Point point, int input, Analytic analytic, SplittableRandom random) {
        double[] values = point.values(input);
        double[] before = values.clone();
        for (int number = 0; number < options.directions; number++) {
            double[] direction = direction(values.length, random);
            double slope = 0;
            for (int i = 0; i < values.length; i++) {
                slope += direction[i] * analytic.gradients[input][i];
                values[i] = before[i] + options.step * direction[i];
            }
            double above = value(point, analytic.weights);
            for (int i = 0; i < values.length; i++) {
                values[i] = before[i] - options.step * direction[i];
            }
            double below = value(point, analytic.weights);
            System.arraycopy(before, 0, values, 0, values.length);
            String where = "along random direction " + number + " of seed " + options.seed;
            compare(point.name(input), where, slope, (above - below) / (2 * options.step), analytic);
        }
    }

    private static double[] direction(int count, SplittableRandom random) {
        double[] direction = new double[count];
        double squares = 0;
        for (int i = 0; i < count; i++) {
            direction[i] = random.nextDouble(-1, 1);
            squares += direction[i] * direction[i];
        }
        double norm = Math.sqrt(squares);
        for (int i = 0; i < count; i++) {
            direction[i] /= norm;
        }
        return direction;
    }

    private void compare(String input, String where, double slope, double numeric, Analytic analytic) {
        double allowed = options.relative * Math.max(Math.abs(slope), Math.abs(numeric))
                + options.absolute * Math.max(1, analytic.magnitude);
        if (!(Math.abs(slope - numeric) <= allowed)) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "gradient check: %s %s: analytic %.12g, numeric %.12g (difference %.3g, allowed %.3g, step %.1g)",
                    input,
                    where,
                    slope,
                    numeric,
                    Math.abs(slope - numeric),
                    allowed,
                    options.step));
        }
    }
}
