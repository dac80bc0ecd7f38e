package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Programs as plans of TornadoVM. */
class TornadoProgramTest {
    /** A graph of TornadoVM has 1024 nodes, of which an array takes one in every graph behind that which first has it. */
    private static final int ARRAYS = 700;

    @Test
    void manyArraysAreCutIntoGraphsThatHoldThem() {
        try (TornadoBackend backend = (TornadoBackend) new TornadoBackendProvider().create();
                Backends.Use use = Backends.use(backend)) {
            List<Tensor> written = new ArrayList<>();
            for (int i = 0; i < ARRAYS; i++) {
                written.add(Tensor.zeros(DType.F32, Shape.of(3)));
            }
            try (Program program = Program.record(inputs -> {
                Tensor x = inputs.tensor("x", DType.F32, 3);
                written.forEach(tensor -> tensor.assign(x));
                return new Tensor[0];
            })) {
                for (int run = 1; run <= 2; run++) {
                    float[] values = {run, run + 1, run + 2};
                    program.set("x", values);
                    program.run(1);
                    for (Tensor tensor : written) {
                        assertArrayEquals(values, tensor.toFloats());
                    }
                }
                assertEquals(1, backend.replays().size());
            }
            assertTrue(backend.replays().isEmpty(), "a closed program is forgotten");
        }
    }

    /** K is cut for a product of few tiles: with a rest, and with a transposed operand, as in the gradient of a weight. */
    @Test
    void productsWithALongKAreThoseOfTheCpu() {
        int depth = 5003;
        Supplier<float[][]> products = () -> {
            Tensor a = Tensor.uniform(RandomKey.of(1), -1, 1, DType.F32, Shape.of(depth, 3));
            Tensor b = Tensor.uniform(RandomKey.of(2), -1, 1, DType.F32, Shape.of(depth, 70));
            return new float[][] {
                a.transpose().matmul(b).toFloats(), b.transpose().matmul(a).toFloats()
            };
        };
        float[][] expected = on("cpu", products);
        float[][] actual = on(TornadoBackend.NAME, products);
        for (int i = 0; i < expected.length; i++) {
            // Of sums of 5003 products of numbers up to 1, which are about 24.
            assertArrayEquals(expected[i], actual[i], 1e-4f);
        }
    }

    private static <T> T on(String backend, Supplier<T> what) {
        try (Backends.Use use = Backends.use(Backends.get(backend))) {
            return what.get();
        }
    }

    /** The number that stands for each step in a program is a step like any other outside of one. */
    @Test
    void normalNumbersOfEachStepAreRefusedInProgramsOnly() {
        RandomKey key = new RandomKey(1, RandomKey.EACH_STEP, 2);
        Supplier<float[]> drawn =
                () -> Tensor.normal(key, 0, 1, DType.F32, Shape.of(5)).toFloats();
        assertArrayEquals(on("cpu", drawn), on(TornadoBackend.NAME, drawn));
        BackendException refused = assertThrows(
                BackendException.class,
                () -> on(
                        TornadoBackend.NAME,
                        () -> Program.record(
                                inputs -> new Tensor[] {Tensor.normal(key, 0, 1, DType.F32, Shape.of(5))})));
        assertEquals(
                "random: in a program the tornado backend does not draw NORMAL at each step", refused.getMessage());
    }

    /** Together they would take 5 GB, and TornadoVM gives the device 4. */
    @Test
    void closedBackendsLeaveTheDeviceToOthers() {
        int elements = 16 << 20;
        float[] values = new float[elements];
        values[elements - 1] = 3;
        for (int i = 0; i < 40; i++) {
            try (TornadoBackend backend = (TornadoBackend) new TornadoBackendProvider().create();
                    Backends.Use use = Backends.use(backend)) {
                // Closed with the backend.
                Program program = Program.record(inputs -> {
                    Tensor x = inputs.tensor("x", DType.F32, elements);
                    return new Tensor[] {x.mul(2)};
                });
                program.set("x", values);
                program.run(1);
                assertEquals(6, program.output(0).narrow(0, elements - 1, 1).item());
            }
            // The host's side is off-heap memory that goes with its object.
            System.gc();
        }
    }
}
