package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a backend's kernel is called, by the example of a product whose kernel keeps the square of its first operand. */
class FusedTest {
    private record Product() implements FusedOp {
        @Override
        public String name() {
            return "product";
        }

        @Override
        public Shape[] outputShapes(Tensor... inputs) {
            return new Shape[] {inputs[0].shape()};
        }

        @Override
        public Tensor[] reference(Tensor... inputs) {
            return new Tensor[] {inputs[0].mul(inputs[1])};
        }
    }

    private final ReferenceBackend reference = new ReferenceBackend();
    private final List<View[]> wanted = new ArrayList<>();

    private final class ProductKernel implements FusedKernel {
        @Override
        public Shape[] saved(View[] inputs) {
            return new Shape[] {inputs[0].shape()};
        }

        @Override
        public void forward(View[] inputs, View[] outputs) {
            reference.binary(BinaryOp.MUL, inputs[0], inputs[1], outputs[0]);
            reference.unary(UnaryOp.SQUARE, inputs[0], outputs[1]);
        }

        @Override
        public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
            wanted.add(dInputs);
            assertTrue(dOut.layout().isContiguous());
            if (dInputs[0] != null) {
                reference.binary(BinaryOp.MUL, dOut, inputs[1], dInputs[0]);
            }
            if (dInputs[1] != null) {
                // Wrong on purpose (the square): so that one sees where the gradient is from.
                reference.binary(BinaryOp.MUL, dOut, outputs[1], dInputs[1]);
            }
        }
    }

    private Backend withKernel() {
        return Intercepted.reference(
                (method, arguments) -> method.getName().equals("kernel") ? Optional.of(new ProductKernel()) : null);
    }

    @Test
    void aKernelGetsWhatItSavedAndComputesOnlyWantedGradients() {
        try (Backends.Use use = Backends.use(withKernel());
                Tape tape = Tape.open()) {
            Tensor a = Tensor.of(new double[] {2, 3, 4, 5}, 2, 2).requireGradient();
            Tensor b = Tensor.of(new double[] {10, 20, 30, 40}, 2, 2).requireGradient();
            Tensor out = Fused.apply(new Product(), a, b);
            assertArrayEquals(new double[] {20, 60, 120, 200}, out.toDoubles());
            Gradients gradients = tape.backward(out.transpose().sum());
            assertArrayEquals(new double[] {10, 20, 30, 40}, gradients.get(a).toDoubles());
            assertArrayEquals(new double[] {4, 9, 16, 25}, gradients.get(b).toDoubles());
            tape.backward(Fused.apply(new Product(), a.detach(), b).sum());
            assertNull(wanted.get(1)[0]);
            // The same tensor twice gets both gradients.
            double[] twice =
                    tape.backward(Fused.apply(new Product(), a, a).sum()).get(a).toDoubles();
            assertArrayEquals(new double[] {2 + 4, 3 + 9, 4 + 16, 5 + 25}, twice);
        }
    }

    @Test
    void withoutAKernelTheReferenceRunsOnTheBackendOfTheOperands() {
        Tensor a;
        try (Backends.Use use = Backends.use(reference)) {
            a = Tensor.of(new double[] {2, 3}, 2);
        }
        Tensor out = Fused.apply(new Product(), a, a);
        assertEquals(reference, out.backend());
        assertArrayEquals(new double[] {4, 9}, out.toDoubles());
    }
}
