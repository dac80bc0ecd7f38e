package dev.lanner.backend.cpu;

import dev.lanner.tensor.functional.AttentionActivation;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class HstuAttentionKernelProperties {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 300)
    void equalsTheEquations(
            @ForAll long seed,
            @ForAll("lengths") int[] lengths,
            @ForAll @IntRange(max = 3) int loose,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll("widths") int queryWidth,
            @ForAll("widths") int valueWidth,
            @ForAll AttentionBiasKind kind,
            @ForAll AttentionActivation activation) {
        AttentionCase.random(activation, seed, lengths, loose, heads, queryWidth, valueWidth, kind)
                .run(POOL, AttentionCase.tiles())
                .check();
    }

    @Property(tries = 200)
    void scalarTwinEqualsTheEquations(
            @ForAll long seed,
            @ForAll("lengths") int[] lengths,
            @ForAll @IntRange(min = 1, max = 2) int heads,
            @ForAll("widths") int queryWidth,
            @ForAll("widths") int valueWidth,
            @ForAll AttentionBiasKind kind,
            @ForAll AttentionActivation activation) {
        AttentionCase.random(activation, seed, lengths, 1, heads, queryWidth, valueWidth, kind)
                .run(POOL, new ScalarAttentionTiles())
                .check();
    }

    @Provide
    Arbitrary<int[]> lengths() {
        Arbitrary<Integer> length = Arbitraries.oneOf(
                Arbitraries.of(0, 1, 5, 6, 7, 15, 16, 17, 31, 33, 47, 48, 49, 95, 96, 97),
                Arbitraries.integers().between(0, 110));
        return length.array(int[].class).ofMinSize(0).ofMaxSize(4);
    }

    @Provide
    Arbitrary<Integer> widths() {
        return Arbitraries.of(1, 2, 7, 15, 16, 17, 25, 32, 33, 64);
    }
}
