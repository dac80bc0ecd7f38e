package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CandidateGradientTest {
    @Property(tries = 200)
    void everyOperand(
            @ForAll @IntRange(max = 3) int candidates,
            @ForAll @IntRange(max = 3) int events,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll @IntRange(min = 1, max = 2) int dqk,
            @ForAll @IntRange(min = 1, max = 2) int dv,
            @ForAll Viewed viewed,
            @ForAll AttentionActivation activation,
            @ForAll long seed) {
        CandidateAttention op =
                new CandidateAttention(new HstuAttention(heads, 3, 2, List.of(500L, 5_000L), activation));
        Inputs inputs = new Inputs(seed);
        Tensor[] operands = {
            inputs.any(viewed.leaf(candidates, heads * dqk)),
            inputs.any(viewed.leaf(candidates, heads * dqk)),
            inputs.any(viewed.leaf(candidates, heads * dv)),
            inputs.any(viewed.leaf(events, heads * dqk)),
            inputs.any(viewed.leaf(events, heads * dv)),
            inputs.times(10_000, events),
            inputs.times(10_000, 1),
            inputs.times(10_000, 1),
            inputs.any(5),
            inputs.any(3)
        };
        GradientCheck.of(in -> {
                    Tensor[] views = in.clone();
                    for (int i = 0; i < 5; i++) {
                        views[i] = viewed.view(in[i]);
                    }
                    return Fused.apply(op, views);
                })
                .check(operands);
    }
}
