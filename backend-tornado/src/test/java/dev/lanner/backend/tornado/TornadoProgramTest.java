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
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;

/** Programs as plans of TornadoVM. */
class TornadoProgramTest {
    /** A graph of TornadoVM has 1024 nodes, of which an array takes one in every graph behind that which first has it. */
    private static final int ARRAYS = 700;

    private static final String LOST =
            "program: it has failed, and the tensors that it had on the device are lost: make the model anew, and load the last"
                    + " checkpoint";

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

    /** TornadoVM's plans keep the results of all their runs, which would fill the heap of who computes eagerly. */
    @Test
    void runsLeaveNothingBehind() throws JMException {
        Program program = on(
                TornadoBackend.NAME,
                () -> Program.record(inputs -> {
                    Tensor x = inputs.tensor("x", DType.F32, 3);
                    return new Tensor[] {x.mul(2)};
                }));
        try (program) {
            program.set("x", new float[] {1, 2, 3});
            run(program, 1);
            assertTrue(instances(Program.class) > 0, "what is there is counted");
            int results = instances(TornadoExecutionResult.class);
            assertTrue(results > 0, "so are results");
            run(program, 200);
            assertEquals(results, instances(TornadoExecutionResult.class), "results");
        }
    }

    /** Runs a program and an eager operation. */
    private static void run(Program program, int times) {
        on(TornadoBackend.NAME, () -> {
            Tensor x = Tensor.ones(DType.F32, Shape.of(3));
            for (int i = 0; i < times; i++) {
                x.mul(2);
            }
            return x.sum().item();
        });
        for (int i = 0; i < times; i++) {
            program.run(1);
        }
    }

    private static int instances(Class<?> type) throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        // Number, instances, bytes, name.
        return histogram
                .lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 3 && words[3].equals(type.getName()))
                .mapToInt(words -> Integer.parseInt(words[1]))
                .sum();
    }

    @Test
    void whatIsWrittenFromOutsideIsTakenOverAndAFailedRunIsFinal() {
        try (TornadoBackend backend = (TornadoBackend) new TornadoBackendProvider().create();
                Backends.Use use = Backends.use(backend)) {
            Tensor sum = Tensor.zeros(DType.F32, Shape.of(2));
            try (Program program = Program.record(inputs -> {
                sum.assign(sum.add(1));
                return new Tensor[0];
            })) {
                program.run(1);
                sum.assign(Tensor.full(DType.F32, Shape.of(2), 10));
                program.run(2);
                assertArrayEquals(new float[] {11, 11}, sum.toFloats());
                program.run(3);
                backend.replays().iterator().next().fail(new BackendException("the device is gone"));
                assertEquals(
                        LOST,
                        assertThrows(BackendException.class, () -> program.run(4))
                                .getMessage());
                assertEquals(
                        LOST,
                        assertThrows(BackendException.class, sum::toFloats).getMessage());
                Tensor zeros = Tensor.zeros(DType.F32, Shape.of(2));
                assertEquals(
                        LOST,
                        assertThrows(BackendException.class, () -> sum.assign(zeros))
                                .getMessage());
            }
        }
    }

    @Test
    void moreGroupsThanAGpuTakesAreAnError() {
        on(TornadoBackend.NAME, () -> {
            Tensor many = Tensor.ones(DType.F32, Shape.of(65_536, 1, 1));
            BackendException e = assertThrows(BackendException.class, () -> many.matmul(many));
            assertEquals("product: a device takes at most 65535 matrices in a batch, found 65536", e.getMessage());
            return null;
        });
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
