package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class AttentionGradientTest {
    private static Tensor offsets(List<Integer> lengths) {
        int[] offsets = new int[lengths.size() + 1];
        for (int b = 0; b < lengths.size(); b++) {
            offsets[b + 1] = offsets[b] + lengths.get(b);
        }
        try (Backends.Use use = Backends.use(Backends.get(ReferenceBackend.NAME))) {
            return Tensor.of(offsets, offsets.length);
        }
    }

    private static Tensor[] inputs(
            HstuAttention op, List<Integer> lengths, int tail, int[] keys, int[] values, Inputs inputs) {
        int rows = lengths.stream().mapToInt(Integer::intValue).sum() + tail;
        return new Tensor[] {
            inputs.any(keys),
            inputs.any(keys),
            inputs.any(values),
            offsets(lengths),
            inputs.times(10_000, rows),
            inputs.times(10_000, rows),
            inputs.any(2 * op.maxLength() - 1),
            inputs.any(op.timeBoundaries().size() + 1)
        };
    }

    private static Tensor apply(HstuAttention op, Viewed viewed, Tensor... in) {
        Tensor[] operands = in.clone();
        for (int i = 0; i < 3; i++) {
            operands[i] = viewed.view(in[i]);
        }
        return Fused.apply(op, operands);
    }

    @Property(tries = 200)
    void everyOperand(
            @ForAll @Size(max = 3) List<@IntRange(max = 3) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll @IntRange(min = 1, max = 2) int dqk,
            @ForAll @IntRange(min = 1, max = 2) int dv,
            @ForAll @IntRange(max = 1) int tail,
            @ForAll Viewed viewed,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        HstuAttention op = new HstuAttention(heads, 3, 2, List.of(500L, 5_000L), activation);
        int rows = lengths.stream().mapToInt(Integer::intValue).sum() + tail;
        int[] keys = viewed.leaf(rows, heads * dqk);
        int[] values = viewed.leaf(rows, heads * dv);
        GradientCheck.of(in -> apply(op, viewed, in)).check(inputs(op, lengths, tail, keys, values, new Inputs(seed)));
    }

    @Example
    void longerSequencesAlongDirections() {
        for (AttentionActivation activation : AttentionActivation.values()) {
            HstuAttention op = new HstuAttention(2, 12, 12, List.of(500L, 5_000L), activation);
            List<Integer> lengths = List.of(12, 0, 1, 7);
            GradientCheck.of(in -> apply(op, Viewed.PLAIN, in))
                    .check(inputs(op, lengths, 2, new int[] {22, 6}, new int[] {22, 4}, new Inputs(1)));
        }
    }

    @Property(tries = 200)
    void theReferenceIsCausal(
            @ForAll @IntRange(min = 1, max = 6) int length,
            @ForAll @IntRange(max = 5) int number,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        int event = number % length;
        HstuAttention op = new HstuAttention(1, 6, 6, List.of(500L), activation);
        int[] shape = {length, 2};
        Tensor[] before = inputs(op, List.of(length), 0, shape, shape, new Inputs(seed));
        Tensor[] after = before.clone();
        Inputs others = new Inputs(seed + 1);
        for (int i = 0; i < 3; i++) {
            Tensor changed = others.any(shape);
            after[i] = Tensor.concat(0, before[i].narrow(0, 0, event), changed.narrow(0, event, length - event));
        }
        double[] outBefore = Fused.apply(op, before).toDoubles();
        double[] outAfter = Fused.apply(op, after).toDoubles();
        for (int i = 0; i < event * 2; i++) {
            assertEquals(outBefore[i], outAfter[i], "row " + i / 2);
        }
    }
}
