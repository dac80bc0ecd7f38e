package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class AdamStepTest extends OnReference {
    private static Tensor of(double... values) {
        return Tensor.of(values, values.length);
    }

    @Property(tries = 200)
    void threeStepsByHand(
            @ForAll @DoubleRange(min = -2, max = 2) double start,
            @ForAll @DoubleRange(min = -2, max = 2) double gradient,
            @ForAll @DoubleRange(min = 0, max = 0.5) double weightDecay,
            @ForAll boolean decoupled) {
        AdamStep op = new AdamStep(0.9, 0.98, 1e-8, weightDecay, decoupled);
        double learningRate = 0.01;
        double p = start;
        double m = 0;
        double v = 0;
        Tensor[] state = {of(start).requireGradient(), of(0), of(0)};
        for (int t = 1; t <= 3; t++) {
            double g = gradient * t + (decoupled ? 0 : weightDecay * p);
            p -= decoupled ? learningRate * weightDecay * p : 0;
            m = 0.9 * m + 0.1 * g;
            v = 0.98 * v + 0.02 * g * g;
            double correction1 = 1 - Math.pow(0.9, t);
            double correction2 = 1 - Math.pow(0.98, t);
            p -= learningRate * (m / correction1) / (Math.sqrt(v / correction2) + 1e-8);
            Tensor rates = of(learningRate, correction1, correction2);
            Fused.update(op, state, state[0], of(gradient * t), state[1], state[2], rates);
        }
        assertEquals(p, state[0].item(), 1e-12);
        assertEquals(m, state[1].item(), 1e-12);
        assertEquals(v, state[2].item(), 1e-12);
    }

    @Example
    void isNotRecorded() {
        Tensor p = of(1, 2).requireGradient();
        Tensor[] state = {p, of(0, 0), of(0, 0)};
        AdamStep op = new AdamStep(0.9, 0.999, 1e-8, 0, false);
        try (Tape tape = Tape.open()) {
            Fused.update(op, state, p, of(1, 1), state[1], state[2], of(0.1, 0.1, 0.001));
            assertFalse(state[0] != p);
            assertThrows(
                    IllegalStateException.class,
                    () -> tape.backward(p.narrow(0, 0, 1).detach()));
        }
        assertArrayEquals(new double[] {0.9, 1.9}, p.toDoubles(), 1e-7);
    }

    @Example
    void mistakesAreNamed() {
        AdamStep op = new AdamStep(0.9, 0.999, 1e-8, 0, false);
        Tensor[] inputs = {of(1, 2), of(1, 2), of(1, 2), of(1, 2), of(1, 2)};
        assertEquals(
                "adamStep: rates must be [3], found [2]",
                assertThrows(ShapeException.class, () -> op.outputShapes(inputs))
                        .getMessage());
        Tensor rates = of(0.1, 1, 1);
        Tensor wide = of(1, 9, 2, 9).slice(0, 0, 4, 2);
        Tensor[] state = {wide, of(1, 2), of(1, 2)};
        assertEquals(
                "adamStep: output 0 needs a contiguous [2] (state=F64[2] on reference)",
                assertThrows(
                                ShapeException.class,
                                () -> Fused.update(op, state, wide, of(1, 2), of(1, 2), of(1, 2), rates))
                        .getMessage());
    }
}
