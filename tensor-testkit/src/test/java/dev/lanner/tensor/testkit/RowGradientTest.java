package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Tensor;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RowGradientTest {
    @Property(tries = 200)
    void gatherRows(
            @ForAll @IntRange(min = 1, max = 5) int rows,
            @ForAll @IntRange(max = 4) int width,
            @ForAll Viewed viewed,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        Tensor indices = inputs.indices(rows, inputs.shape());
        GradientCheck.of(in -> viewed.view(in[0]).gatherRows(in[1]).square())
                .check(inputs.any(viewed.leaf(rows, width)), indices);
    }

    @Property(tries = 200)
    void gatherRowsOfAViewOfIndices(
            @ForAll @IntRange(min = 1, max = 5) int rows, @ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        Tensor indices = inputs.indices(rows, viewed.leaf(2, 3));
        GradientCheck.of(in -> in[0].gatherRows(viewed.view(in[1])).square().add(in[0].sum()))
                .check(inputs.any(rows, 2), indices);
    }

    @Property(tries = 200)
    void embeddingBesideItsPadding(
            @ForAll @IntRange(min = 2, max = 5) int rows, @ForAll Viewed viewed, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int padding = inputs.below(rows);
        // Without the padding among the indices an embedding is a gather; that the padding gets nothing is TapeTest's.
        int[] others = IntStream.range(0, 6)
                .map(i -> (padding + 1 + inputs.below(rows - 1)) % rows)
                .toArray();
        GradientCheck.of(in -> {
                    Tensor table = viewed.view(in[0]);
                    return table.embedding(Tensor.of(others, 2, 3), padding)
                            .square()
                            .sum()
                            .add(table.exp().sum());
                })
                .check(inputs.any(viewed.leaf(rows, 3)));
    }

    @Property(tries = 200)
    void scatterAddRows(
            @ForAll @IntRange(min = 1, max = 5) int tableRows,
            @ForAll @IntRange(max = 4) int width,
            @ForAll Viewed viewed,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] shape = inputs.shapeOfRank(1, 2);
        int[] rows = IntStream.concat(IntStream.of(shape), IntStream.of(width)).toArray();
        GradientCheck.of(in ->
                        viewed.view(in[0]).scatterAddRows(in[1], tableRows).square())
                .check(inputs.any(viewed.leaf(rows)), inputs.indices(tableRows, shape));
    }

    @Example
    void tablesWithoutColumns() {
        Inputs inputs = new Inputs(1);
        GradientCheck.of(in -> in[0].gatherRows(in[1]).sum().add(in[2]))
                .check(inputs.any(3, 0), inputs.indices(3, 4), inputs.any());
    }
}
