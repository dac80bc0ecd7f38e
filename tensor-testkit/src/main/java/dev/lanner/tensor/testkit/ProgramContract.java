package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.TopK;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.functional.AdamStep;
import dev.lanner.tensor.functional.Functional;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.HstuAttention;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;
import java.util.List;
import net.jqwik.api.Example;

/** Recorded programs do what the same operations do one by one. */
interface ProgramContract extends ContractPart {
    /** A stream whose step is that of the run. */
    RandomKey KEY = new RandomKey(11, RandomKey.EACH_STEP, 2);

    /** Rows of the small network, the spare ones included. */
    int ROWS = 12;
    /** Its width. */
    int WIDTH = 8;
    /** Rows of its table. */
    int ITEMS = 10;

    @Example
    default void everyKindOfOperationRunsAgain() {
        try (Backends.Use use = Backends.use(harness().backend());
                Program program = Program.record(inputs -> results(
                        inputs.tensor("x", DType.F32, 6, 5),
                        inputs.tensor("y", DType.F32, 5, 7),
                        inputs.tensor("ids", DType.I32, 4),
                        KEY))) {
            for (int run = 1; run <= 3; run++) {
                Samples samples = new Samples(run);
                float[] x = samples.floating(DType.F32, 30, -2, 2).floats();
                float[] y = samples.floating(DType.F32, 35, -2, 2).floats();
                int[] ids = {run, 0, 5, run};
                program.set("x", x);
                program.set("y", y);
                program.set("ids", ids);
                program.run(run);
                try (Scope scope = Scope.open()) {
                    Tensor[] expected = results(Tensor.of(x, 6, 5), Tensor.of(y, 5, 7), Tensor.of(ids, 4), KEY.at(run));
                    for (int i = 0; i < expected.length; i++) {
                        assertClose("output " + i + " of run " + run, expected[i], program.output(i));
                    }
                }
            }
        }
    }

    private static Tensor[] results(Tensor x, Tensor y, Tensor ids, RandomKey key) {
        TopK top = x.topK(2);
        Tensor mask = x.gt(x.scalarLike(0));
        return new Tensor[] {
            x.matmul(y),
            x.silu().add(x.abs().sqrt()).div(x.square().add(1)),
            x.transpose().mul(x.narrow(1, 0, 1).squeeze(1)),
            mask.where(x, x.neg()).sum(true, 1),
            x.max(false, 0),
            x.argmax(1),
            top.values(),
            top.indices(),
            x.gatherRows(ids),
            y.gatherRows(top.indices()),
            x.narrow(0, 0, 4).scatterAddRows(ids, 7),
            Tensor.concat(0, x, x.mul(3)).transpose(),
            x.mul(100).to(DType.I32),
            ids.oneHot(6),
            Tensor.uniform(key, -1, 1, DType.F32, Shape.of(3, 3)),
            Tensor.randomInts(key.withStream(4), 2, 90, Shape.of(7)),
            Functional.dropout(x, 0.4, key, true),
            Tensor.arange(DType.I32, 6).add(ids.narrow(0, 0, 1)),
        };
    }

    private void assertClose(String what, Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape(), what);
        if (expected.dtype() == DType.I32) {
            assertArrayEquals(expected.toInts(), actual.toInts(), what);
            return;
        }
        float[] values = expected.toFloats();
        float[] others = actual.toFloats();
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], others[i], harness().fused() * largest, what + ", element " + i);
        }
    }

    @Example
    default void trainingStepsRunAgainOnBatchesOfOtherLengths() {
        int[][] offsets = {{0, 3, 9}, {0, 0, 12}, {0, 5, 5}};
        try (Backends.Use use = Backends.use(harness().backend())) {
            Network recorded = new Network();
            Network eager = new Network();
            try (Program program = Program.record(inputs -> recorded.step(
                    inputs.tensor("offsets", DType.I32, 3),
                    inputs.tensor("times", DType.I64, ROWS),
                    inputs.tensor("targets", DType.I32, ROWS),
                    KEY))) {
                for (int run = 1; run <= 3; run++) {
                    int[] sequences = offsets[run - 1];
                    long[] times = new long[ROWS];
                    int[] targets = new int[ROWS];
                    for (int i = 0; i < sequences[2]; i++) {
                        times[i] = 50L * i * run;
                        targets[i] = 1 + (i * run) % (ITEMS - 1);
                    }
                    program.set("offsets", sequences);
                    program.set("times", times);
                    program.set("targets", targets);
                    program.run(run);
                    try (Scope scope = Scope.open()) {
                        Tensor loss = eager.step(
                                        Tensor.of(sequences, 3),
                                        Tensor.of(times, ROWS),
                                        Tensor.of(targets, ROWS),
                                        KEY.at(run))[0];
                        assertClose("loss of run " + run, loss, program.output(0));
                        assertTrue(loss.item() > 0, "run " + run);
                    }
                    for (int i = 0; i < eager.state.length; i++) {
                        assertClose("state " + i + " after run " + run, eager.state[i], recorded.state[i]);
                    }
                }
            }
        }
    }

    @Example
    default void tensorsFromOutsideAreReadAndWrittenWhereTheyLie() {
        try (Backends.Use use = Backends.use(harness().backend())) {
            Tensor shared = Tensor.ones(DType.F32, Shape.of(4));
            try (Program doubles = Program.record(inputs -> {
                        shared.assign(shared.mul(2));
                        return new Tensor[] {shared};
                    });
                    Program adds = Program.record(inputs -> {
                        shared.assign(shared.add(inputs.tensor("x", DType.F32, 4)));
                        return new Tensor[0];
                    })) {
                doubles.run(1);
                adds.set("x", 1f, 2f, 3f, 4f);
                adds.run(1);
                adds.run(1);
                doubles.run(1);
                assertArrayEquals(new float[] {8, 12, 16, 20}, shared.toFloats());
                assertArrayEquals(new float[] {8, 12, 16, 20}, doubles.output(0).toFloats());
                shared.assign(Tensor.full(DType.F32, Shape.of(4), 5));
                adds.run(1);
                assertArrayEquals(new float[] {6, 7, 8, 9}, shared.toFloats());
            }
            assertArrayEquals(new float[] {7, 8, 9, 10}, shared.add(1).toFloats());
        }
    }

    @Example
    default void programsComeAndGo() {
        try (Backends.Use use = Backends.use(harness().backend())) {
            for (int i = 1; i <= 20; i++) {
                try (Program program = Program.record(inputs -> {
                    Tensor x = inputs.tensor("x", DType.F32, 3);
                    return new Tensor[] {x.mul(2).add(1).square()};
                })) {
                    program.set("x", (float) i, 0f, (float) -i);
                    program.run(i);
                    float above = (2 * i + 1) * (2 * i + 1);
                    float below = (2 * i - 1) * (2 * i - 1);
                    assertArrayEquals(
                            new float[] {above, 1, below}, program.output(0).toFloats());
                }
            }
        }
    }

    /** An HSTU block between a table and a sampled softmax, with Adam; every instance begins the same. */
    final class Network {
        private static final HstuAttention ATTENTION = new HstuAttention(2, ROWS, 4, List.of(60L, 600L));

        private final Tensor table = parameter(1, ITEMS, WIDTH);
        private final Tensor weight = parameter(2, 4 * WIDTH, WIDTH);
        private final Tensor bias = parameter(3, 4 * WIDTH);
        private final Tensor positions = parameter(4, 2 * ROWS - 1);
        private final Tensor times = parameter(5, 3);
        private final Tensor gamma = parameter(6, WIDTH);
        private final Tensor beta = parameter(7, WIDTH);
        private final Tensor outWeight = parameter(8, WIDTH, WIDTH);
        private final Tensor outBias = parameter(9, WIDTH);
        private final Tensor[] parameters = {table, weight, bias, positions, times, gamma, beta, outWeight, outBias};

        /** Parameters and moments. */
        private final Tensor[] state = new Tensor[3 * parameters.length];

        private int steps;

        Network() {
            for (int i = 0; i < parameters.length; i++) {
                state[3 * i] = parameters[i].detach();
                state[3 * i + 1] = Tensor.zeros(DType.F32, parameters[i].shape());
                state[3 * i + 2] = Tensor.zeros(DType.F32, parameters[i].shape());
            }
        }

        private static Tensor parameter(int stream, int... sizes) {
            return Tensor.normal(RandomKey.of(5).withStream(stream), 0, 0.5, DType.F32, Shape.of(sizes))
                    .requireGradient();
        }

        private Tensor[] step(Tensor offsets, Tensor seconds, Tensor targets, RandomKey key) {
            Program.perRun(() -> {
                steps++;
            });
            Tensor rates = Program.perRun(DType.F32, Shape.of(3), values -> {
                values.setDouble(0, 0.01 / steps);
                values.setDouble(1, 1 - Math.pow(0.9, steps));
                values.setDouble(2, 1 - Math.pow(0.999, steps));
            });
            try (Tape tape = Tape.open()) {
                Tensor x = table.embedding(targets, 0);
                Tensor[] kqvu = Fused.apply(new LinearSilu(4), x, weight, bias).unbind(0);
                Tensor attended =
                        Fused.apply(ATTENTION, kqvu[1], kqvu[0], kqvu[2], offsets, seconds, seconds, positions, times);
                Tensor gated = Fused.apply(new GatedTransform(1e-5), attended, kqvu[3], gamma, beta);
                Tensor states = Fused.apply(new LinearDropoutAdd(0.3, key), gated, outWeight, outBias, x);
                Tensor negatives = Tensor.randomInts(key.withStream(3), 1, ITEMS, Shape.of(ROWS, 4));
                Tensor loss = Functional.sampledSoftmaxLoss(states, table, targets, negatives, 0.5);
                Gradients gradients = tape.backward(loss);
                for (int i = 0; i < parameters.length; i++) {
                    Tensor[] own = {state[3 * i], state[3 * i + 1], state[3 * i + 2]};
                    Fused.update(
                            new AdamStep(0.9, 0.999, 1e-4, 0, false),
                            own,
                            own[0],
                            gradients.get(parameters[i]),
                            own[1],
                            own[2],
                            rates);
                }
                return new Tensor[] {loss};
            }
        }
    }
}
