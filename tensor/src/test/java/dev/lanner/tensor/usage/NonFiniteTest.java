package dev.lanner.tensor.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.NonFinite;
import dev.lanner.tensor.NonFiniteException;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import org.junit.jupiter.api.Test;

/** Seen from a caller's package: the message names the caller's line, not one of the library. */
class NonFiniteTest extends OnReference {
    private static Tensor of(double... values) {
        return Tensor.of(values, values.length);
    }

    private static void assertEndsHere(String message, String method) {
        assertTrue(
                message.matches(".*created at dev\\.lanner\\.tensor\\.usage\\.NonFiniteTest\\..*" + method
                        + ".*\\(NonFiniteTest\\.java:\\d+\\).*"),
                message);
    }

    @Test
    void namesTheOperationThatMadeIt() {
        Tensor x = of(1, 0, 2);
        try (NonFinite detection = NonFinite.detect()) {
            String message =
                    assertThrows(NonFiniteException.class, () -> x.log()).getMessage();
            assertTrue(
                    message.startsWith(
                            "log: the result F64[3] on reference has -Infinity at element 1, input 0 F64[3] on"
                                    + " reference is finite; created at "),
                    message);
            assertEndsHere(message, "namesTheOperationThatMadeIt");
        }
    }

    @Test
    void saysWhichInputHadItBefore() {
        Tensor x = of(1, Double.NaN);
        try (NonFinite detection = NonFinite.detect()) {
            String message = assertThrows(NonFiniteException.class, () -> of(1, 2).add(x))
                    .getMessage();
            assertTrue(
                    message.contains(
                            "input 0 F64[2] on reference is finite, input 1 F64[2] on reference has NaN at element 1"),
                    message);
        }
    }

    @Test
    void namesTheLineThroughFunctions() {
        Tensor x = of(1, Double.POSITIVE_INFINITY).unsqueeze(0);
        try (NonFinite detection = NonFinite.detect()) {
            String message = assertThrows(NonFiniteException.class, () -> Functional.softmax(x, 1))
                    .getMessage();
            assertEndsHere(message, "namesTheLineThroughFunctions");
        }
    }

    @Test
    void looksAtTheGradientOfEveryPiece() {
        for (int bad = 0; bad < 2; bad++) {
            Tensor x = of(4, 9, 1, 0).reshape(2, 2).requireGradient();
            try (NonFinite detection = NonFinite.detect();
                    Tape tape = Tape.open()) {
                Tensor[] pieces = x.unbind(0);
                // The slope of a square root at 0 is infinite.
                Tensor loss = pieces[1].sqrt().sum().add(pieces[0].sum());
                if (bad == 0) {
                    loss = pieces[0].sub(pieces[0].detach()).sqrt().sum().add(pieces[1].sum());
                }
                Tensor last = loss;
                String message = assertThrows(NonFiniteException.class, () -> tape.backward(last))
                        .getMessage();
                assertTrue(message.contains("backward of"), message);
            }
        }
    }

    @Test
    void namesTheOperationWhoseGradientItIs() {
        Tensor x = of(4, 0).requireGradient();
        try (NonFinite detection = NonFinite.detect();
                Tape tape = Tape.open()) {
            Tensor root = x.sqrt();
            Tensor loss = root.sum();
            String message = assertThrows(NonFiniteException.class, () -> tape.backward(loss))
                    .getMessage();
            assertTrue(
                    message.startsWith("backward of sqrt, created at dev.lanner.tensor.usage.NonFiniteTest."), message);
            assertEndsHere(message, "namesTheOperationWhoseGradientItIs");
        }
    }

    @Test
    void namesTheOperationThatAGradientReaches() {
        Tensor x = of(1, 2).requireGradient();
        try (NonFinite detection = NonFinite.detect();
                Tape tape = Tape.open()) {
            Tensor out = x.mul(2);
            Tensor dOut = of(1, Double.NaN);
            String message = assertThrows(NonFiniteException.class, () -> tape.backward(out, dOut, new Gradients()))
                    .getMessage();
            assertTrue(
                    message.startsWith(
                            "backward of mul: the gradient of its result F64[2] on reference has NaN at element 1; created at "),
                    message);
            assertEndsHere(message, "namesTheOperationThatAGradientReaches");
        }
    }

    @Test
    void isOffOutsideAndNests() {
        assertEquals(Double.NEGATIVE_INFINITY, of(0).log().item());
        try (NonFinite outer = NonFinite.detect()) {
            try (NonFinite inner = NonFinite.detect()) {
                assertThrows(NonFiniteException.class, () -> of(0).log());
            }
            assertThrows(NonFiniteException.class, () -> of(0).log());
        }
        assertEquals(Double.NEGATIVE_INFINITY, of(0).log().item());
    }

    @Test
    void excludedNegativesAreNoFinding() {
        Tensor h = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).requireGradient();
        Tensor table = Tensor.of(new double[] {1, 1, 2, 0, 0, 2}, 3, 2).requireGradient();
        Tensor targets = Tensor.of(new int[] {1, 2}, 2);
        Tensor negatives = Tensor.of(new int[] {1, 2, 0, 2}, 2, 2);
        try (NonFinite detection = NonFinite.detect();
                Tape tape = Tape.open()) {
            tape.backward(Functional.sampledSoftmaxLoss(h, table, targets, negatives, 0.05));
        }
    }
}
