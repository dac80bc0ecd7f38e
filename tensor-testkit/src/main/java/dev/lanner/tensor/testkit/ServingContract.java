package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.HstuAttention;
import dev.lanner.tensor.functional.InnerProductTopK;
import dev.lanner.tensor.functional.TargetRanks;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Serving: attention of candidates to a history, in which no candidate depends on those beside it, and exact search. */
interface ServingContract extends ContractPart {
    private static CandidateAttention op(AttentionActivation activation, int heads, int maxLength) {
        return new CandidateAttention(new HstuAttention(heads, maxLength, 7, AttentionCase.BOUNDARIES, activation));
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
        HostArray time = HostArray.allocate(DType.I64, 1);
        time.setLong(0, now);
        HostArray queryTime = HostArray.allocate(DType.I64, 1);
        queryTime.setLong(0, now + AttentionCase.STEPS[samples.between(0, AttentionCase.STEPS.length)]);
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
            Operand.in(time, Shape.of(1), vectors),
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
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        CandidateAttention op = op(activation, heads, 9);
        Arrangement matrices = from.repeats() ? Arrangement.COLUMNS : from;
        check(op, seed, operands(op, candidates, events, dqk, dv, matrices, new Samples(seed)));
    }

    @Example
    default void candidateAttentionAtAwkwardSizes() {
        int[][] sizes = {{1, 47, 1, 1}, {49, 48, 15, 17}, {143, 1, 16, 16}, {145, 96, 25, 33}, {7, 97, 64, 64}};
        for (int[] size : sizes) {
            for (AttentionActivation activation : AttentionActivation.values()) {
                for (int heads = 1; heads <= 2; heads++) {
                    CandidateAttention op = op(activation, heads, 97);
                    Samples samples = new Samples(size[0]);
                    check(op, 1, operands(op, size[0], size[1], size[2], size[3], Arrangement.COLUMNS, samples));
                }
            }
        }
    }

    @Property(tries = 100)
    default void aCandidateHasTheSameBitsAloneAndAmongOthers(
            @ForAll @IntRange(min = 1, max = 70) int candidates,
            @ForAll @IntRange(max = 60) int events,
            @ForAll @IntRange(max = 69) int number,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        CandidateAttention op = op(activation, 2, 60);
        Operand[] operands = operands(op, candidates, events, 5, 4, Arrangement.CONTIGUOUS, new Samples(seed));
        assertSameAloneAndAmongOthers(op, number % candidates, operands);
    }

    /** A backend that cuts long products into parts must not let the number of candidates say into how many. */
    @Example
    default void aCandidateHasTheSameBitsWhereSumsAreLong() {
        int many = 2048;
        // Events of a history, and columns of queries and keys.
        for (int[] size : new int[][] {{many, 1}, {2, many}}) {
            CandidateAttention op = op(AttentionActivation.SILU, 1, many);
            Operand[] operands = operands(op, many + 1, size[0], size[1], 1, Arrangement.CONTIGUOUS, new Samples(5));
            assertSameAloneAndAmongOthers(op, 7, operands);
        }
    }

    private void assertSameAloneAndAmongOthers(CandidateAttention op, int chosen, Operand... operands) {
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
            @ForAll @IntRange(max = 59) int events,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        CandidateAttention op = op(activation, heads, 60);
        Operand[] operands = operands(op, 1, events, 5, 4, Arrangement.CONTIGUOUS, new Samples(seed));
        try (Backends.Use use = Backends.use(harness().backend());
                Scope scope = Scope.open()) {
            Tensor[] in = new Tensor[operands.length];
            for (int i = 0; i < operands.length; i++) {
                in[i] = FusedTrial.tensor(operands[i].values(), DType.F32, operands[i].shape());
            }
            Tensor queryTimes = Tensor.concat(0, in[5], in[6]);
            Tensor times = Tensor.concat(0, in[5], in[7]);
            Tensor whole = Fused.apply(
                    op.attention(),
                    Tensor.concat(0, in[3], in[0]),
                    Tensor.concat(0, in[3], in[1]),
                    Tensor.concat(0, in[4], in[2]),
                    Tensor.of(new int[] {0, events + 1}, 2),
                    queryTimes,
                    times,
                    in[8],
                    in[9]);
            float[] expected = whole.narrow(0, events, 1).toFloats();
            HostArray[] actual = {HostArray.of(Fused.apply(op, in).toFloats())};
            new Outcome(op.name(), actual, new HostArray[] {HostArray.of(doubles(expected))})
                    .assertCloseInNorm(
                            0, 1 / op.attention().divisor(), harness().fused());
        }
    }

    /** What is not a number, or not finite, is so in the rows in which it is by the reference, and in no others. */
    @Property(tries = 200)
    default void candidateAttentionOfWhatIsNotFinite(
            @ForAll @IntRange(min = 1, max = 50) int candidates,
            @ForAll @IntRange(min = 1, max = 60) int events,
            @ForAll @IntRange(max = 6) int operand,
            @ForAll @IntRange(max = 2) int value,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        CandidateAttention op = op(activation, 2, 60);
        Samples samples = new Samples(seed);
        Operand[] operands = operands(op, candidates, events, 3, 2, Arrangement.CONTIGUOUS, samples);
        // The matrices are the first five operands, the tables the last two.
        int spoilt = operand < 5 ? operand : operand + 3;
        int element = samples.between(0, operands[spoilt].shape().elements());
        float[] actual = spoilt(op, harness().backend(), operands, spoilt, element, values[value]);
        float[] expected = spoilt(op, new ReferenceBackend(), operands, spoilt, element, values[value]);
        double norm = 1 / op.attention().divisor();
        new Outcome(op.name(), new HostArray[] {HostArray.of(actual)}, new HostArray[] {HostArray.of(expected)})
                .assertClose(0, i -> norm + Math.abs(expected[i]), harness().fused(), 0);
    }

    /** A bias of -inf hides whole tiles of events, and the others count as ever. */
    @Example
    default void candidateAttentionWithHiddenEvents() {
        candidateAttentionOfWhatIsNotFinite(1, 51, 6, 2, AttentionActivation.SOFTMAX, -2);
    }

    private static float[] spoilt(
            CandidateAttention op, Backend on, Operand[] operands, int spoilt, int element, float value) {
        try (Backends.Use use = Backends.use(on);
                Scope scope = Scope.open()) {
            Tensor[] in = new Tensor[operands.length];
            for (int i = 0; i < operands.length; i++) {
                HostArray values = operands[i].values();
                if (i == spoilt) {
                    values.setDouble(element, value);
                }
                in[i] = FusedTrial.tensor(values, DType.F32, operands[i].shape());
            }
            return Fused.apply(op, in).toFloats();
        }
    }

    private static double[] doubles(float... values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** Recorded once, the attention takes other rows and times; its history keeps its length. */
    @Example
    default void candidateAttentionInAProgram() {
        for (AttentionActivation activation : AttentionActivation.values()) {
            CandidateAttention op = op(activation, 2, 9);
            Operand[] shapes = operands(op, 7, 9, 3, 5, Arrangement.CONTIGUOUS, new Samples(0));
            try (Backends.Use use = Backends.use(harness().backend());
                    Program program = Program.record(inputs -> {
                        Tensor[] in = new Tensor[shapes.length];
                        for (int i = 0; i < in.length; i++) {
                            in[i] = inputs.tensor(
                                    "operand " + i,
                                    shapes[i].dtype(),
                                    shapes[i].shape().sizes());
                        }
                        return new Tensor[] {Fused.apply(op, in)};
                    })) {
                for (int run = 1; run <= 2; run++) {
                    Operand[] operands = operands(op, 7, 9, 3, 5, Arrangement.CONTIGUOUS, new Samples(run));
                    Tensor[] in = new Tensor[operands.length];
                    for (int i = 0; i < in.length; i++) {
                        HostArray values = operands[i].values();
                        if (values.dtype() == DType.I64) {
                            program.set("operand " + i, values.longs());
                        } else {
                            program.set("operand " + i, values.floats());
                        }
                        in[i] = FusedTrial.tensor(values, DType.F32, operands[i].shape());
                    }
                    program.run(run);
                    assertArrayEquals(
                            Fused.apply(op, in).toFloats(), program.output(0).toFloats());
                }
            }
        }
    }

    /** Exact search: the same rows and products as by its reference, whose ties are found by few different numbers. */
    @Property(tries = 100)
    default void innerProductTopK(
            @ForAll @IntRange(max = 3) int queries,
            @ForAll @IntRange(min = 1, max = 9) int width,
            @ForAll @IntRange(min = 1, max = 300) int rows,
            @ForAll @IntRange(min = 1, max = 40) int most,
            @ForAll long seed) {
        search(queries, width, rows, Math.min(most, rows), seed);
    }

    @Example
    default void innerProductTopKOfManyRows() {
        search(2, 64, 9000, 10, 1);
        search(1, 3, 100_000, 200, 2);
        search(1, 64, 8193, 8193, 3);
    }

    /** NaN comes first, as in a topK, and infinities in their order. */
    @Example
    default void innerProductTopKOfWhatIsNotFinite() {
        float[] table = {1, Float.NEGATIVE_INFINITY, 3, Float.NaN, Float.POSITIVE_INFINITY, 2};
        InnerProductTopK op = new InnerProductTopK(6, 6);
        Tensor[] actual = found(op, harness().backend(), new float[] {1}, table, 1, 1);
        assertArrayEquals(new int[] {3, 4, 2, 5, 0, 1}, actual[1].toInts());
        assertArrayEquals(
                new float[] {Float.NaN, Float.POSITIVE_INFINITY, 3, 2, 1, Float.NEGATIVE_INFINITY},
                actual[0].toFloats());
    }

    private void search(int queries, int width, int rows, int k, long seed) {
        Samples samples = new Samples(seed);
        float[] table = new float[rows * width];
        float[] directions = new float[queries * width];
        for (int i = 0; i < table.length; i++) {
            table[i] = samples.between(-3, 4);
        }
        for (int i = 0; i < directions.length; i++) {
            directions[i] = samples.between(-3, 4);
        }
        InnerProductTopK op = new InnerProductTopK(rows, k);
        Tensor[] actual = found(op, harness().backend(), directions, table, queries, width);
        Tensor[] expected = found(op, new ReferenceBackend(), directions, table, queries, width);
        // Sums of small integers are exact.
        assertArrayEquals(expected[0].toFloats(), actual[0].toFloats());
        assertArrayEquals(expected[1].toInts(), actual[1].toInts());
    }

    private static Tensor[] found(
            InnerProductTopK op, Backend on, float[] directions, float[] table, int queries, int width) {
        try (Backends.Use use = Backends.use(on)) {
            Shape shape = Shape.of(queries, op.k());
            Tensor[] out = {Tensor.zeros(DType.F32, shape), Tensor.zeros(DType.I32, shape)};
            Fused.update(
                    op,
                    out,
                    Tensor.of(directions, queries, width),
                    InnerProductTopK.pack(Tensor.of(table, op.rows(), width)));
            return out;
        }
    }

    /** Few different scores, so that they tie, and targets and padding among what was seen: counted as by the reference. */
    @Property(tries = 100)
    default void targetRanks(
            @ForAll @IntRange(max = 5) int rows,
            @ForAll @IntRange(min = 2, max = 300) int columns,
            @ForAll @IntRange(max = 40) int most,
            @ForAll Arrangement from,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        float[] values = {Float.NEGATIVE_INFINITY, -1, -0f, 0, 0.5f, 2, Float.POSITIVE_INFINITY};
        boolean spoilt = samples.flip();
        HostArray scores = HostArray.allocate(DType.F32, rows * columns);
        for (int i = 0; i < rows * columns; i++) {
            boolean isNumber = !spoilt || samples.between(0, columns) > 0;
            scores.setDouble(i, isNumber ? values[samples.between(0, values.length)] : Double.NaN);
        }
        HostArray offsets = HostArray.allocate(DType.I32, rows + 1);
        List<Integer> seen = new ArrayList<>();
        for (int b = 0; b < rows; b++) {
            for (int item = samples.between(0, columns); item < columns; item += samples.between(1, columns)) {
                seen.add(item);
            }
            offsets.setLong(b + 1, seen.size());
        }
        HostArray seenItems = HostArray.allocate(DType.I32, seen.size() + most);
        for (int i = 0; i < seen.size(); i++) {
            seenItems.setLong(i, seen.get(i));
        }
        assertRanks(
                Operand.in(scores, Shape.of(rows, columns), from),
                samples.integers(DType.I32, rows, 0, columns),
                offsets,
                seenItems,
                from.repeats() ? Arrangement.COLUMNS : from);
    }

    /** One who has seen all but a few of many items: more than a group of a device looks at in one go. */
    @Example
    default void targetRanksOfWhoHasSeenNearlyAll() {
        int columns = 700;
        List<Integer> unseen = List.of(1, 300, 697, columns - 1);
        HostArray scores = HostArray.allocate(DType.F32, columns);
        HostArray seen = HostArray.allocate(DType.I32, columns - 1 - unseen.size());
        int count = 0;
        for (int item = 1; item < columns; item++) {
            scores.setDouble(item, columns - item);
            if (!unseen.contains(item)) {
                seen.setLong(count++, item);
            }
        }
        HostArray target = HostArray.allocate(DType.I32, 1);
        target.setLong(0, columns - 1);
        HostArray offsets = HostArray.allocate(DType.I32, 2);
        offsets.setLong(1, count);
        Operand row = Operand.in(scores, Shape.of(1, columns), Arrangement.CONTIGUOUS);
        assertRanks(row, target, offsets, seen, Arrangement.CONTIGUOUS);
    }

    private void assertRanks(
            Operand scores, HostArray targets, HostArray offsets, HostArray seen, Arrangement vectors) {
        Operand[] operands = {
            scores,
            Operand.in(targets, Shape.of(targets.length()), vectors),
            Operand.in(offsets, Shape.of(offsets.length()), vectors),
            Operand.in(seen, Shape.of(seen.length()), vectors)
        };
        TargetRanks op = new TargetRanks();
        Operand out = Operand.out(DType.I32, Shape.of(targets.length()), Arrangement.OFFSET);
        harness()
                .run(
                        op.name(),
                        (backend, in, result) -> Fused.kernel(backend, op).forward(in, result),
                        new Operand[] {out},
                        operands)
                .assertEqual();
    }
}
