package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Attention of candidates to a history: equal to its reference, and a row does not depend on the candidates beside it. */
interface CandidateContract extends ContractPart {
    private static CandidateAttention op(int heads, int maxLength) {
        return new CandidateAttention(new HstuAttention(heads, maxLength, 7, AttentionCase.BOUNDARIES));
    }

    private static Operand[] operands(
            CandidateAttention op, int candidates, int events, int dqk, int dv, Arrangement from, Samples samples) {
        int heads = op.attention().heads();
        HostArray keyTimes = HostArray.allocate(DType.I64, events);
        long now = 1_000_000_000;
        for (int j = 0; j < events; j++) {
            keyTimes.setLong(j, now);
            now += AttentionCase.STEPS[samples.between(0, AttentionCase.STEPS.length)];
        }
        HostArray queryTime = HostArray.allocate(DType.I64, 1);
        queryTime.setLong(0, now);
        Arrangement vectors = from == Arrangement.CONTIGUOUS ? from : Arrangement.OFFSET;
        int[] tables = {
            2 * op.attention().maxLength() - 1, op.attention().timeBoundaries().size() + 1
        };
        return new Operand[] {
            floats(samples, from, candidates, heads * dqk),
            floats(samples, from, candidates, heads * dqk),
            floats(samples, from, candidates, heads * dv),
            floats(samples, from, events, heads * dqk),
            floats(samples, from, events, heads * dv),
            Operand.in(keyTimes, Shape.of(events), vectors),
            Operand.in(queryTime, Shape.of(1), vectors),
            floats(samples, vectors, tables[0]),
            floats(samples, vectors, tables[1])
        };
    }

    private static Operand floats(Samples samples, Arrangement from, int... sizes) {
        Shape shape = Shape.of(sizes);
        return Operand.in(samples.floating(DType.F32, shape.elements(), -1, 1), shape, from);
    }

    private void check(CandidateAttention op, long seed, Operand... operands) {
        double term = 1 / op.attention().divisor();
        double rows = Math.sqrt(Math.max(1, operands[0].shape().size(0)));
        new FusedTrial(harness(), op, new Samples(seed), term, term * rows, operands).check();
    }

    @Property(tries = 200)
    default void candidateAttention(
            @ForAll @IntRange(max = 20) int candidates,
            @ForAll @IntRange(max = 9) int events,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 1, max = 9) int dqk,
            @ForAll @IntRange(min = 1, max = 9) int dv,
            @ForAll Arrangement from,
            @ForAll long seed) {
        CandidateAttention op = op(heads, 9);
        Arrangement matrices = from.repeats() ? Arrangement.COLUMNS : from;
        check(op, seed, operands(op, candidates, events, dqk, dv, matrices, new Samples(seed)));
    }

    @Example
    default void candidateAttentionAtAwkwardSizes() {
        int[][] sizes = {{1, 47, 1, 1}, {49, 48, 15, 17}, {143, 1, 16, 16}, {145, 96, 25, 33}, {7, 97, 64, 64}};
        for (int[] size : sizes) {
            for (int heads = 1; heads <= 2; heads++) {
                CandidateAttention op = op(heads, 97);
                Samples samples = new Samples(size[0]);
                check(op, 1, operands(op, size[0], size[1], size[2], size[3], Arrangement.COLUMNS, samples));
            }
        }
    }

    @Property(tries = 100)
    default void aCandidateHasTheSameBitsAloneAndAmongOthers(
            @ForAll @IntRange(min = 1, max = 70) int candidates,
            @ForAll @IntRange(max = 60) int events,
            @ForAll @IntRange(max = 69) int number,
            @ForAll long seed) {
        int chosen = number % candidates;
        CandidateAttention op = op(2, 60);
        Operand[] operands = operands(op, candidates, events, 5, 4, Arrangement.CONTIGUOUS, new Samples(seed));
        try (Backends.Use use = Backends.use(harness().backend());
                Scope scope = Scope.open()) {
            Tensor[] all = new Tensor[operands.length];
            Tensor[] one = new Tensor[operands.length];
            for (int i = 0; i < operands.length; i++) {
                all[i] = FusedTrial.tensor(operands[i].values(), DType.F32, operands[i].shape());
                one[i] = i < 3 ? all[i].narrow(0, chosen, 1) : all[i];
            }
            float[] together = Fused.apply(op, all).narrow(0, chosen, 1).toFloats();
            float[] alone = Fused.apply(op, one).toFloats();
            assertEquals(List.of(boxed(alone)), List.of(boxed(together)));
        }
    }

    private static Float[] boxed(float... values) {
        Float[] boxed = new Float[values.length];
        for (int i = 0; i < values.length; i++) {
            boxed[i] = values[i];
        }
        return boxed;
    }

    /** The definition: the last row of the attention over history and candidate together. */
    @Property(tries = 100)
    default void aCandidateIsTheLastRowOfTheWholeSequence(
            @ForAll @IntRange(max = 59) int events, @ForAll @IntRange(min = 1, max = 2) int heads, @ForAll long seed) {
        CandidateAttention op = op(heads, 60);
        Operand[] operands = operands(op, 1, events, 5, 4, Arrangement.CONTIGUOUS, new Samples(seed));
        try (Backends.Use use = Backends.use(harness().backend());
                Scope scope = Scope.open()) {
            Tensor[] in = new Tensor[operands.length];
            for (int i = 0; i < operands.length; i++) {
                in[i] = FusedTrial.tensor(operands[i].values(), DType.F32, operands[i].shape());
            }
            Tensor times = Tensor.concat(0, in[5], in[6]);
            Tensor whole = Fused.apply(
                    op.attention(),
                    Tensor.concat(0, in[3], in[0]),
                    Tensor.concat(0, in[3], in[1]),
                    Tensor.concat(0, in[4], in[2]),
                    Tensor.of(new int[] {0, events + 1}, 2),
                    times,
                    times,
                    in[7],
                    in[8]);
            float[] expected = whole.narrow(0, events, 1).toFloats();
            HostArray[] actual = {HostArray.of(Fused.apply(op, in).toFloats())};
            new Outcome(op.name(), actual, new HostArray[] {HostArray.of(doubles(expected))})
                    .assertCloseInNorm(
                            0, 1 / op.attention().divisor(), harness().fused());
        }
    }

    private static double[] doubles(float... values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
