package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapeTest extends OnReference {
    private Tensor x;
    private Tensor y;

    @BeforeEach
    void makeLeaves() {
        x = Tensor.of(new double[] {1, 2}, 2).requireGradient();
        y = Tensor.of(new double[] {3, 4}, 2).requireGradient();
    }

    @Test
    void nothingIsRecordedWithoutATapeOrWithoutALeaf() {
        assertFalse(x.mul(y).requiresGradient());
        assertFalse(x.reshape(2, 1).requiresGradient());
        try (Tape tape = Tape.open()) {
            assertTrue(x.mul(y).requiresGradient());
            assertFalse(x.detach().mul(y.detach()).requiresGradient());
            assertFalse(x.gt(y).requiresGradient());
            assertFalse(x.to(DType.I32).requiresGradient());
        }
        assertFalse(x.mul(y).requiresGradient());
    }

    @Test
    void twoBackwardPassesAccumulate() {
        Gradients gradients = new Gradients();
        try (Tape tape = Tape.open()) {
            tape.backward(x.mul(y).sum(), gradients);
            assertArrayEquals(new double[] {3, 4}, gradients.get(x).toDoubles());
            tape.backward(x.square().sum(), gradients);
        }
        assertArrayEquals(new double[] {3 + 2, 4 + 4}, gradients.get(x).toDoubles());
        assertArrayEquals(new double[] {1, 2}, gradients.get(y).toDoubles());
    }

    @Test
    void accumulatingDoesNotWriteIntoSharedGradients() {
        try (Tape tape = Tape.open()) {
            // The gradient of the sum reaches x and y as one tensor, then x gets more.
            Tensor loss = x.add(y).sum().add(x.mul(5).sum());
            Gradients gradients = tape.backward(loss);
            assertArrayEquals(new double[] {6, 6}, gradients.get(x).toDoubles());
            assertArrayEquals(new double[] {1, 1}, gradients.get(y).toDoubles());
        }
        Gradients gradients = new Gradients();
        try (Tape tape = Tape.open()) {
            tape.backward(x.add(y).sum(), gradients);
            tape.backward(x.add(y).sum(), gradients);
            tape.backward(x.narrow(0, 0, 1).sum(), gradients);
        }
        assertArrayEquals(new double[] {3, 2}, gradients.get(x).toDoubles());
        assertArrayEquals(new double[] {2, 2}, gradients.get(y).toDoubles());
    }

    @Test
    void sharedSubexpressionsAndRepeatedOperands() {
        try (Tape tape = Tape.open()) {
            Tensor shared = x.exp();
            Tensor loss = shared.mul(shared).add(shared).sum();
            double[] expected = {2 * Math.exp(2) + Math.exp(1), 2 * Math.exp(4) + Math.exp(2)};
            assertArrayEquals(expected, tape.backward(loss).get(x).toDoubles(), 1e-12);
            assertArrayEquals(
                    new double[] {2, 2}, tape.backward(x.add(x).sum()).get(x).toDoubles());
            assertArrayEquals(
                    new double[] {0, 0}, tape.backward(x.sub(x).sum()).get(x).toDoubles());
            assertArrayEquals(
                    new double[] {0, 0}, tape.backward(x.div(x).sum()).get(x).toDoubles());
            Tensor matrix = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).requireGradient();
            // d sum(M M) / dM_ij = sum of column i of M + sum of row j.
            double[] square =
                    tape.backward(matrix.matmul(matrix).sum()).get(matrix).toDoubles();
            assertArrayEquals(new double[] {3 + 4, 7 + 4, 3 + 6, 7 + 6}, square);
            assertArrayEquals(
                    new double[] {3, 3},
                    tape.backward(Tensor.concat(0, x, x, x).sum()).get(x).toDoubles());
        }
    }

    @Test
    void leavesThatTheLossDoesNotTouchHaveNoGradient() {
        try (Tape tape = Tape.open()) {
            Tensor unused = x.mul(2);
            Gradients gradients = tape.backward(y.sum());
            assertTrue(gradients.find(x).isEmpty());
            assertTrue(gradients.find(unused).isEmpty());
            String message = assertThrows(IllegalArgumentException.class, () -> gradients.get(x))
                    .getMessage();
            assertEquals("gradients: the loss does not depend on F64[2] on reference", message);
        }
    }

    @Test
    void gradientsStopAtDetach() {
        try (Tape tape = Tape.open()) {
            assertArrayEquals(
                    new double[] {1, 2},
                    tape.backward(x.mul(x.detach()).sum()).get(x).toDoubles());
        }
    }

    @Test
    void intermediateGradientsAreNotKept() {
        try (Tape tape = Tape.open()) {
            Tensor middle = x.mul(3);
            Gradients gradients = tape.backward(middle.sum());
            assertTrue(gradients.find(middle).isEmpty());
        }
    }

    @Test
    void resultsThatAreNoScalarTakeAGradient() {
        try (Tape tape = Tape.open()) {
            Tensor out = x.mul(y);
            assertEquals(
                    "backward: the loss must be one element (shape=[2])",
                    assertThrows(ShapeException.class, () -> tape.backward(out)).getMessage());
            Gradients gradients = new Gradients();
            tape.backward(out, Tensor.of(new double[] {10, 100}, 2), gradients);
            assertArrayEquals(new double[] {30, 400}, gradients.get(x).toDoubles());
            Tensor again = x.mul(y);
            assertThrows(
                    ShapeException.class, () -> tape.backward(again, Tensor.zeros(DType.F64, Shape.of(1)), gradients));
            // The tape goes on recording after the mistake.
            assertTrue(x.mul(y).requiresGradient());
        }
    }

    @Test
    void gradientsOfConvertedTensorsHaveTheLeafsDtype() {
        try (Tape tape = Tape.open()) {
            Tensor gradient = tape.backward(x.to(DType.F32).mul(3).sum()).get(x);
            assertEquals(DType.F64, gradient.dtype());
            assertArrayEquals(new double[] {3, 3}, gradient.toDoubles());
        }
    }

    @Test
    void oneTapeAtATime() {
        try (Tape tape = Tape.open()) {
            String message =
                    assertThrows(IllegalStateException.class, Tape::open).getMessage();
            assertEquals("tape: one is open on this thread already", message);
            tape.close();
            try (Tape next = Tape.open()) {
                // Closing the first once more must not close the second.
                tape.close();
                assertTrue(x.mul(y).requiresGradient());
                assertEquals(7, next.backward(x.mul(7).sum()).get(x).toDoubles()[0]);
            }
        }
    }

    @Test
    void whatIsNotOnTheTapeIsRefused() {
        Tensor loss;
        try (Tape tape = Tape.open()) {
            loss = x.sum();
            tape.backward(loss);
            assertThrows(IllegalStateException.class, () -> tape.backward(loss), "the tape is empty after backward");
            assertThrows(
                    IllegalStateException.class, () -> tape.backward(x.detach().sum()));
        }
        Tape closed = Tape.open();
        Tensor late = x.sum();
        closed.close();
        String message = assertThrows(IllegalStateException.class, () -> closed.backward(late))
                .getMessage();
        assertEquals(
                "backward: F64[] on reference was not computed on this tape from a tensor that requires a gradient",
                message);
    }

    @Test
    void putReplacesAGradientOfTheSameShape() {
        try (Tape tape = Tape.open()) {
            Gradients gradients = tape.backward(x.sum());
            gradients.put(x, gradients.get(x).mul(0.5));
            assertArrayEquals(new double[] {0.5, 0.5}, gradients.get(x).toDoubles());
            Tensor wrong = Tensor.zeros(DType.F64, Shape.of(3));
            String message = assertThrows(ShapeException.class, () -> gradients.put(x, wrong))
                    .getMessage();
            assertEquals("gradient: F64[3] on reference does not fit F64[2] on reference", message);
        }
    }

    @Test
    void paddingRowsGetNoGradientOfTheirOwnLookUpButOfOthers() {
        Tensor table = Tensor.of(new double[] {1, 2, 3}, 3, 1).requireGradient();
        Tensor ids = Tensor.of(new int[] {0, 1, 0}, 3);
        try (Tape tape = Tape.open()) {
            assertArrayEquals(
                    new double[] {0, 1, 0},
                    tape.backward(table.embedding(ids, 0).sum()).get(table).toDoubles());
            Tensor before = table.embedding(ids, 0).sum().add(table.sum());
            assertArrayEquals(
                    new double[] {1, 2, 1}, tape.backward(before).get(table).toDoubles());
            Tensor sum = table.sum();
            Tensor after = sum.add(table.embedding(ids, 0).sum());
            assertArrayEquals(
                    new double[] {1, 2, 1}, tape.backward(after).get(table).toDoubles());
        }
    }
}
