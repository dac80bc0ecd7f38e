package dev.lanner.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.UnaryOp;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class ScalarsTest {
    /** Simpson's rule on the integral that defines the function. */
    private static double erfBySimpson(double x) {
        int intervals = 2000;
        double h = x / intervals;
        double sum = 1 + Math.exp(-x * x);
        for (int i = 1; i < intervals; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * Math.exp(-(i * h) * (i * h));
        }
        return 2 / Math.sqrt(Math.PI) * sum * h / 3;
    }

    @Property(tries = 200)
    void erfIsItsIntegral(@ForAll @DoubleRange(min = -7, max = 7) double x) {
        assertEquals(erfBySimpson(x), Scalars.erf(x), 2e-12);
        assertEquals(-Scalars.erf(x), Scalars.erf(-x));
    }

    @Example
    void erfIsSmoothWhereItsFormulasMeet() {
        for (double joint : new double[] {3, 6}) {
            double below = Scalars.erf(Math.nextDown(joint));
            double above = Scalars.erf(Math.nextUp(joint));
            assertEquals(below, above, 1e-12, "at " + joint);
        }
        assertEquals(2 / Math.sqrt(Math.PI) * 1e-9, Scalars.erf(1e-9), 1e-24);
        assertTrue(Double.isNaN(Scalars.erf(Double.NaN)));
    }

    @Example
    void integersHaveNoTranscendentalFunctions() {
        for (UnaryOp op : UnaryOp.values()) {
            if (op.takesIntegers()) {
                assertEquals(Scalars.unary(op, -3.0), (double) Scalars.unary(op, -3L), op.name());
            } else {
                assertThrows(IllegalArgumentException.class, () -> Scalars.unary(op, 3L));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Scalars.binary(BinaryOp.POW, 2L, 3L));
    }
}
