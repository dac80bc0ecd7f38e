package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Recording;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.functional.Functional;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest extends OnReference {
    private static final RandomKey KEY = new RandomKey(3, RandomKey.EACH_STEP, 5);

    private static Program doubling() {
        return Program.record(
                inputs -> new Tensor[] {inputs.tensor("x", DType.F64, 3).mul(2)});
    }

    @Test
    void runsAgainWithNewInputs() {
        try (Program program = doubling()) {
            program.set("x", 1.0, 2.0, 3.0);
            program.run(1);
            assertArrayEquals(new double[] {2, 4, 6}, program.output(0).toDoubles());
            program.set("x", 5.0, 6.0, 7.0);
            program.run(2);
            assertArrayEquals(new double[] {10, 12, 14}, program.output(0).toDoubles());
        }
    }

    @Test
    void recordingComputesNothingAndStateOutsideIsChangedByEachRun() {
        Tensor state = Tensor.zeros(DType.F64, Shape.of(2));
        try (Program program = Program.record(inputs -> {
            state.assign(state.add(1));
            return new Tensor[] {state};
        })) {
            assertArrayEquals(new double[] {0, 0}, state.toDoubles());
            program.run(1);
            program.run(2);
            assertArrayEquals(new double[] {2, 2}, state.toDoubles());
            state.assign(Tensor.full(DType.F64, Shape.of(2), 40));
            program.run(3);
            assertArrayEquals(new double[] {41, 41}, program.output(0).toDoubles());
        }
    }

    @Test
    void gradientsOfAFusedOperationWithRandomNumbersAreThoseOfEagerSteps() {
        Tensor weight =
                Tensor.normal(RandomKey.of(1), 0, 1, DType.F64, Shape.of(4, 4)).requireGradient();
        try (Program program = Program.record(inputs -> {
            Tensor x = inputs.tensor("x", DType.F64, 8, 4);
            try (Tape tape = Tape.open()) {
                Tensor dropped = Functional.dropout(x.matmul(weight), 0.5, KEY, true);
                Tensor loss = dropped.square().mean();
                return new Tensor[] {loss, tape.backward(loss).get(weight)};
            }
        })) {
            for (int step = 1; step <= 3; step++) {
                double[] x = Tensor.normal(RandomKey.of(step), 0, 1, DType.F64, Shape.of(8, 4))
                        .toDoubles();
                program.set("x", x);
                program.run(step);
                try (Tape tape = Tape.open()) {
                    Tensor dropped = Functional.dropout(Tensor.of(x, 8, 4).matmul(weight), 0.5, KEY.at(step), true);
                    Tensor loss = dropped.square().mean();
                    double[] gradient = tape.backward(loss).get(weight).toDoubles();
                    assertEquals(loss.item(), program.output(0).item());
                    assertArrayEquals(gradient, program.output(1).toDoubles());
                }
            }
        }
    }

    @Test
    void aKeyWithAStepOfItsOwnDrawsTheSameInEveryRun() {
        RandomKey fixed = new RandomKey(3, 0, 5);
        try (Program program = Program.record(inputs -> new Tensor[] {
            Tensor.uniform(fixed, 0, 1, DType.F64, Shape.of(5)), Tensor.uniform(KEY, 0, 1, DType.F64, Shape.of(5))
        })) {
            for (int step : new int[] {0, 1, 9}) {
                program.run(step);
                assertArrayEquals(
                        Tensor.uniform(fixed, 0, 1, DType.F64, Shape.of(5)).toDoubles(),
                        program.output(0).toDoubles());
                assertArrayEquals(
                        Tensor.uniform(KEY.at(step), 0, 1, DType.F64, Shape.of(5))
                                .toDoubles(),
                        program.output(1).toDoubles());
            }
        }
    }

    @Test
    void theHostsPartRunsInEveryRunInOrder() {
        List<String> said = new ArrayList<>();
        int[] count = {0};
        try (Program program = Program.record(inputs -> {
            Program.perRun(() -> said.add("run " + ++count[0]));
            return new Tensor[] {Program.perRun(DType.F64, Shape.of(2), values -> write(values, count[0]))};
        })) {
            assertEquals(List.of(), said);
            program.run(1);
            program.run(2);
            assertEquals(List.of("run 1", "run 2"), said);
            assertArrayEquals(new double[] {2, -2}, program.output(0).toDoubles());
        }
        Program.perRun(() -> said.add("now"));
        assertEquals("now", said.get(2));
        assertArrayEquals(
                new double[] {7, -7},
                Program.perRun(DType.F64, Shape.of(2), values -> write(values, 7))
                        .toDoubles());
    }

    private static void write(HostArray values, double value) {
        values.setDouble(0, value);
        values.setDouble(1, -value);
    }

    @Test
    void indicesAreCheckedWhenTheyAreSet() {
        Tensor table = Tensor.ones(DType.F64, Shape.of(4, 2));
        try (Program program = Program.record(inputs -> {
            Tensor ids = inputs.tensor("ids", DType.I32, 3);
            Tensor drawn = Tensor.randomInts(KEY, 0, 4, Shape.of(3));
            return new Tensor[] {table.gatherRows(ids).add(table.gatherRows(drawn)), ids.oneHot(4)};
        })) {
            program.set("ids", 0, 3, 1);
            program.run(1);
            assertArrayEquals(new double[] {2, 2, 2, 2, 2, 2}, program.output(0).toDoubles());
            assertArrayEquals(
                    new int[] {1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0},
                    program.output(1).toInts());
            String message = assertThrows(IndexOutOfBoundsException.class, () -> program.set("ids", 0, 4, 1))
                    .getMessage();
            assertEquals("gatherRows: index 4 at position 1 is outside of [0, 4) (indices=[3])", message);
        }
    }

    @Test
    void anInputIsCheckedWhereAViewOfItIsUsed() {
        Tensor table = Tensor.ones(DType.F64, Shape.of(4, 2));
        try (Program program = Program.record(inputs -> {
            Tensor pairs = inputs.tensor("pairs", DType.I32, 2, 2);
            return new Tensor[] {table.gatherRows(pairs.transpose().narrow(0, 1, 1))};
        })) {
            program.set("pairs", 99, 0, 99, 3);
            assertThrows(IndexOutOfBoundsException.class, () -> program.set("pairs", 0, 0, 0, 4));
        }
    }

    @Test
    void indicesThatNobodyCanCheckAreRefused() {
        Tensor table = Tensor.ones(DType.F64, Shape.of(4, 2));
        assertEquals(
                "gatherRows: the values of I32[3] on reference are made by the program that is recorded, where they cannot be"
                        + " checked; make them an input",
                refused(inputs -> new Tensor[] {
                    table.gatherRows(inputs.tensor("ids", DType.I32, 3).add(1))
                }));
        // Larger than the table.
        refused(inputs -> new Tensor[] {table.gatherRows(Tensor.randomInts(KEY, 0, 5, Shape.of(3)))});
        // Only half of the tensor is known.
        refused(inputs -> new Tensor[] {
            table.gatherRows(Tensor.concat(
                    0, inputs.tensor("ids", DType.I32, 1).add(1), Tensor.randomInts(KEY, 0, 4, Shape.of(1))))
        });
        Tensor outside = Tensor.of(new int[] {1, 4}, 2);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Program.record(inputs -> new Tensor[] {table.gatherRows(outside)}));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Program.record(inputs -> new Tensor[] {table.gatherRows(Tensor.arange(DType.I32, 5))}));
    }

    private static String refused(Program.Step step) {
        return assertThrows(IllegalStateException.class, () -> Program.record(step))
                .getMessage();
    }

    @Test
    void valuesCannotBeReadWhileRecording() {
        Tensor outside = Tensor.ones(DType.F64, Shape.of());
        assertEquals(
                "item: values cannot be read while a program is recorded, as nothing is computed yet (F64[] on reference)",
                refused(inputs ->
                        new Tensor[] {outside.mul(inputs.tensor("x", DType.F64).item())}));
        assertTrue(refused(inputs -> {
                    outside.toDoubles();
                    return new Tensor[0];
                })
                .startsWith("read: values cannot be read while a program is recorded"));
    }

    @Test
    void valuesOfTheHostAreInputs() {
        assertEquals(
                "of: values from the host would be the same in every run of the recorded program; make them an input, or a"
                        + " tensor before the recording (F64[1])",
                refused(inputs -> new Tensor[] {Tensor.of(new double[] {1}, 1)}));
    }

    @Test
    void recordingsDoNotNestAndLeaveNothingBehindWhenTheyFail() {
        assertEquals("program: one is being recorded on this thread already", refused(inputs -> {
            doubling();
            return new Tensor[0];
        }));
        assertEquals("program: cannot be recorded while a tape is open on this thread", withTape(() -> doubling()));
        try (NonFinite detection = NonFinite.detect()) {
            assertEquals(
                    "program: cannot be recorded while detection of non-finite values is on on this thread",
                    assertThrows(IllegalStateException.class, ProgramTest::doubling)
                            .getMessage());
        }
        assertThrows(
                ShapeException.class,
                () -> Program.record(inputs ->
                        new Tensor[] {inputs.tensor("x", DType.F64, 3).add(inputs.tensor("y", DType.F64, 4))}));
        assertEquals(3, Tensor.ones(DType.F64, Shape.of(3)).sum().item());
    }

    private static String withTape(Runnable action) {
        try (Tape tape = Tape.open()) {
            return assertThrows(IllegalStateException.class, action::run).getMessage();
        }
    }

    @Test
    void inputsMustFit() {
        try (Program program = doubling()) {
            assertEquals(
                    "program: input x was never set",
                    assertThrows(IllegalStateException.class, () -> program.run(1))
                            .getMessage());
            assertEquals(
                    "program: input x takes F64[3], found 2 values of F64",
                    assertThrows(ShapeException.class, () -> program.set("x", 1.0, 2.0))
                            .getMessage());
            assertEquals(
                    "program: input x takes F64[3], found 3 values of F32",
                    assertThrows(ShapeException.class, () -> program.set("x", 1f, 2f, 3f))
                            .getMessage());
            assertEquals(
                    "program: no input y; inputs: [x]",
                    assertThrows(IllegalArgumentException.class, () -> program.set("y", 1L))
                            .getMessage());
            program.set("x", 1.0, 2.0, 3.0);
            assertEquals(
                    "program: a run is not recorded, and cannot be made while a tape or a recording is open on this thread",
                    withTape(() -> program.run(1)));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> Program.record(
                        inputs -> new Tensor[] {inputs.tensor("x", DType.F64, 3), inputs.tensor("x", DType.F64, 3)}));
        assertThrows(
                IllegalArgumentException.class,
                () -> Program.record(inputs -> new Tensor[] {inputs.tensor("", DType.F64, 3)}));
    }

    @Test
    void inputsAreNotWrittenTo() {
        assertEquals("program: an input or a constant is written to (F64[3])", refused(inputs -> {
            Tensor x = inputs.tensor("x", DType.F64, 3);
            x.assign(x.mul(2));
            return new Tensor[0];
        }));
    }

    @Test
    void nothingRunsOnceItIsClosed() {
        Program program = doubling();
        program.set("x", 1.0, 2.0, 3.0);
        program.close();
        program.close();
        assertEquals(
                "program: it is closed",
                assertThrows(IllegalStateException.class, () -> program.run(1)).getMessage());
        assertThrows(IllegalStateException.class, () -> program.set("x", 1.0, 2.0, 3.0));
        assertThrows(IllegalStateException.class, () -> program.output(0));
    }

    @Test
    void tensorsOfARecordingAreGoneWhenItIsOver() {
        Tensor[] leaked = new Tensor[1];
        try (Program program = Program.record(inputs -> {
            leaked[0] = inputs.tensor("x", DType.F64, 3).mul(2);
            return new Tensor[] {leaked[0]};
        })) {
            String over = "program: the tensor belongs to a recording that is over; read the program's outputs instead";
            assertEquals(
                    over,
                    assertThrows(IllegalStateException.class, () -> leaked[0].mul(2))
                            .getMessage());
            assertEquals(
                    over,
                    assertThrows(IllegalStateException.class, () -> leaked[0].toDoubles())
                            .getMessage());
        }
    }

    @Test
    void aStorageServesOneResultAfterAnotherAndAllGoWhenTheProgramCloses() {
        ReferenceBackend memory = new ReferenceBackend();
        List<Storage> live = new ArrayList<>();
        Backend counting = Intercepted.reference((method, arguments) -> switch (method.getName()) {
            case "release" -> {
                assertTrue(live.remove((Storage) arguments[0]), "released twice");
                yield "released";
            }
            case "allocate" -> {
                Storage storage = memory.allocate((DType) arguments[0], (int) arguments[1]);
                live.add(storage);
                yield storage;
            }
            default -> null;
        });
        try (Backends.Use use = Backends.use(counting);
                Program program = Program.record(inputs -> {
                    Tensor x = inputs.tensor("x", DType.F64, 1000);
                    Tensor first = x.add(1);
                    Tensor y = first;
                    for (int i = 0; i < 20; i++) {
                        y = y.mul(2).neg();
                    }
                    return new Tensor[] {y, first.add(y)};
                })) {
            // The input, the scalars 1 and 2, and for the rest the two outputs, what they share and one more.
            long large = live.stream()
                    .filter(storage -> ((HostArray) storage).length() == 1000)
                    .count();
            assertTrue(large <= 5, large + " storages");
            double[] x = new double[1000];
            x[7] = 1;
            for (int run = 0; run < 2; run++) {
                program.set("x", x);
                program.run(0);
                assertEquals(2 << 20, program.output(0).toDoubles()[7]);
                assertEquals((2 << 20) + 2, program.output(1).toDoubles()[7]);
                assertEquals(1 << 20, program.output(0).toDoubles()[999]);
            }
        }
        assertEquals(List.of(), live);
    }

    @Test
    void aBackendThatCannotRunARecordingKeepsNoMemory() {
        List<Object> live = new ArrayList<>();
        Backend refusing = Intercepted.reference((method, arguments) -> switch (method.getName()) {
            case "allocate" -> {
                HostArray array = HostArray.allocate((DType) arguments[0], (int) arguments[1]);
                live.add(array);
                yield array;
            }
            case "release" -> live.remove(arguments[0]);
            case "prepare" -> {
                assertEquals(1, ((Recording) arguments[0]).launches().size());
                throw new BackendException("no kernel");
            }
            default -> null;
        });
        try (Backends.Use use = Backends.use(refusing)) {
            assertThrows(BackendException.class, ProgramTest::doubling);
        }
        assertEquals(List.of(), live);
    }

    @Test
    void aScopeAroundARecordingLeavesTheProgramItsMemory() {
        Program program;
        try (Scope scope = Scope.open()) {
            program = doubling();
        }
        program.set("x", 1.0, 2.0, 3.0);
        program.run(1);
        assertArrayEquals(new double[] {2, 4, 6}, program.output(0).toDoubles());
        program.close();
    }

    @Test
    void aTensorThatItUsesMustBeThere() {
        List<Tensor> used = new ArrayList<>();
        Program program;
        try (Scope scope = Scope.open()) {
            used.add(Tensor.ones(DType.F64, Shape.of(3)));
            program = Program.record(
                    inputs -> new Tensor[] {inputs.tensor("x", DType.F64, 3).add(used.getFirst())});
            program.set("x", 1.0, 2.0, 3.0);
            program.run(1);
            assertArrayEquals(new double[] {2, 3, 4}, program.output(0).toDoubles());
        }
        assertEquals(
                "program: a tensor that it uses was released, by the scope or the program that it belongs to",
                assertThrows(IllegalStateException.class, () -> program.run(2)).getMessage());
        program.close();
    }

    @Test
    void whatIsComputedOutsideOfTheProgramIsComputedOnce() {
        Tensor[] state = new Tensor[1];
        try (Program program = Program.record(inputs -> {
            state[0] = Scope.outside(() -> Tensor.ones(DType.F64, Shape.of(2)).mul(3));
            state[0].assign(state[0].add(1));
            return new Tensor[0];
        })) {
            assertArrayEquals(new double[] {3, 3}, state[0].toDoubles());
            program.run(1);
            program.run(2);
            assertArrayEquals(new double[] {5, 5}, state[0].toDoubles());
        }
    }
}
