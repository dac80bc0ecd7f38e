package dev.lanner.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AdamStep;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private static final String NAME = "p";

    private static Tensor leaf(double... values) {
        return Tensor.of(values, values.length).requireGradient();
    }

    private static Gradients gradient(Tensor leaf, double... values) {
        Gradients gradients = new Gradients();
        gradients.put(leaf, Tensor.of(values, values.length));
        return gradients;
    }

    @Property(tries = 200)
    void adamFollowsItsEquations(
            @ForAll @DoubleRange(min = -2, max = 2) double start,
            @ForAll @DoubleRange(min = -3, max = 3) double gradient,
            @ForAll @DoubleRange(min = 0, max = 0.3) double weightDecay,
            @ForAll boolean decoupled,
            @ForAll @IntRange(min = 1, max = 5) int steps) {
        Tensor parameter = leaf(start);
        Adam adam = new Adam(Map.of(NAME, parameter), 0.01, new AdamStep(0.9, 0.98, 1e-8, weightDecay, decoupled));
        double p = start;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= steps; t++) {
            adam.step(gradient(parameter, gradient * t));
            double g = gradient * t;
            if (decoupled) {
                p -= 0.01 * weightDecay * p;
            } else {
                g += weightDecay * p;
            }
            m = 0.9 * m + 0.1 * g;
            v = 0.98 * v + 0.02 * g * g;
            double mHat = m / (1 - Math.pow(0.9, t));
            double vHat = v / (1 - Math.pow(0.98, t));
            p -= 0.01 * mHat / (Math.sqrt(vHat) + 1e-8);
        }
        assertEquals(p, parameter.item(), 1e-10);
        assertEquals(steps, adam.steps());
    }

    @Property(tries = 200)
    void sgdFollowsItsEquations(
            @ForAll @DoubleRange(min = -2, max = 2) double start,
            @ForAll @DoubleRange(min = -3, max = 3) double gradient,
            @ForAll @DoubleRange(min = 0, max = 0.9) double momentum,
            @ForAll @DoubleRange(min = 0, max = 0.3) double weightDecay) {
        Tensor parameter = leaf(start);
        Sgd sgd = new Sgd(Map.of(NAME, parameter), 0.1, momentum, weightDecay);
        double p = start;
        double buffer = 0;
        for (int t = 0; t < 3; t++) {
            sgd.step(gradient(parameter, gradient));
            buffer = momentum * buffer + gradient + weightDecay * p;
            p -= 0.1 * buffer;
        }
        assertEquals(p, parameter.item(), 1e-12);
    }

    @Test
    void stateOutlivesTheScopeOfTheFirstStep() {
        Tensor parameter = leaf(1, 2);
        Adam adam = new Adam(Map.of(NAME, parameter), 0.1);
        for (int step = 0; step < 3; step++) {
            try (Scope scope = Scope.open()) {
                adam.step(gradient(parameter, 1, 1));
            }
        }
        assertArrayEquals(
                new double[] {1 - 0.9 * 0.9 * 0.9, 1 - 0.9 * 0.9 * 0.9},
                adam.stateDict().get("m.p").toDoubles(),
                1e-12);
    }

    @Test
    void parametersWithoutAGradientStay() {
        Tensor used = leaf(1);
        Tensor unused = leaf(5);
        new Adam(Map.of("a", used, "b", unused), 0.1).step(gradient(used, 1));
        assertEquals(0.9, used.item(), 1e-6);
        assertEquals(5, unused.item());
    }

    @Test
    void aLoadedOptimizerGoesOnAsTheSavedOneWould() {
        Tensor one = leaf(1, -1);
        Tensor two = leaf(1, -1);
        Adam saved = new Adam(Map.of(NAME, one), 0.1);
        saved.step(gradient(one, 0.5, 2));
        Adam loaded = new Adam(Map.of(NAME, two), 0.1);
        two.assign(one.detach());
        loaded.load(saved.stateDict(), saved.steps());
        saved.step(gradient(one, -1, 3));
        loaded.step(gradient(two, -1, 3));
        assertArrayEquals(one.toDoubles(), two.toDoubles());
        assertThrows(IllegalArgumentException.class, () -> loaded.load(Map.of("x", one.detach()), 1));
    }

    @Test
    void rejectsSettingsOutOfRange() {
        Map<String, Tensor> parameters = Map.of(NAME, leaf(1));
        assertThrows(IllegalArgumentException.class, () -> new Adam(parameters, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Adam(parameters, -1));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(parameters, 0.1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Clipping.byNorm(new Gradients(), parameters.values(), 0));
    }

    @Property(tries = 200)
    void clippingScalesAllGradientsByOneFactor(
            @ForAll @DoubleRange(min = -5, max = 5) double x,
            @ForAll @DoubleRange(min = -5, max = 5) double y,
            @ForAll @DoubleRange(min = 0.1, max = 4) double maxNorm) {
        Tensor first = leaf(0);
        Tensor second = leaf(0);
        Gradients gradients = gradient(first, x);
        gradients.put(second, Tensor.of(new double[] {y}, 1));
        double norm = Clipping.byNorm(gradients, List.of(first, second), maxNorm);
        assertEquals(Math.hypot(x, y), norm, 1e-12);
        double factor = norm > maxNorm ? maxNorm / norm : 1;
        assertEquals(x * factor, gradients.get(first).item(), 1e-12);
        assertEquals(y * factor, gradients.get(second).item(), 1e-12);
    }

    @Test
    void schedulesHaveTheirShapes() {
        Schedule cosine = Schedule.cosine(1, 0.1, 100);
        assertEquals(0.55, cosine.at(50), 1e-12);
        assertEquals(0.1, cosine.at(100), 1e-12);
        assertEquals(0.1, cosine.at(1000), 1e-12);
        Schedule warm = Schedule.constant(2).withWarmup(4);
        assertEquals(0.5, warm.at(1), 1e-12);
        assertEquals(2, warm.at(4), 1e-12);
        assertEquals(2, warm.at(9), 1e-12);
        Schedule decay = Schedule.stepDecay(1, 0.5, 10);
        assertEquals(1, decay.at(10), 1e-12);
        assertEquals(0.5, decay.at(11), 1e-12);
        for (int step = 1; step < 100; step++) {
            assertTrue(cosine.at(step) > cosine.at(step + 1));
        }
    }

    @Test
    void initializersHaveTheirScales() {
        ParameterFactory parameters = new ParameterFactory(3, DType.F64);
        double limit = Math.sqrt(6.0 / 300);
        assertSpread(parameters.create(Initializer.xavierUniform(1), 200, 100), limit / Math.sqrt(3), limit);
        assertSpread(parameters.create(Initializer.xavierNormal(2), 200, 100), 2 * Math.sqrt(2.0 / 300), 2);
        assertSpread(parameters.create(Initializer.normal(0.5), 200, 100), 0.5, 4);
        // The standard deviation of a normal cut at two deviations is 0.8796 of the whole one's.
        assertSpread(parameters.create(Initializer.truncatedNormal(0.5), 200, 100), 0.5 * 0.8796, 1);
        assertSpread(parameters.create(Initializer.fanIn(25), 200, 100), 0.2 / Math.sqrt(3), 0.2);
        assertThrows(IllegalArgumentException.class, () -> new ParameterFactory(1, DType.I32));
        assertEquals(
                Shape.of(2, 3), parameters.create(Initializer.constant(1), 2, 3).shape());
    }

    private static void assertSpread(Tensor values, double std, double limit) {
        double[] all = values.toDoubles();
        double squares = 0;
        for (double value : all) {
            assertTrue(Math.abs(value) <= limit, "beyond " + limit + ": " + value);
            squares += value * value;
        }
        assertEquals(std, Math.sqrt(squares / all.length), 0.02 * std);
    }
}
