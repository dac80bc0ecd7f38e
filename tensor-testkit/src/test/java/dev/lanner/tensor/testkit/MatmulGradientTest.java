package dev.lanner.tensor.testkit;

import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MatmulGradientTest {
    @Property(tries = 300)
    void batchesOfEveryLayout(
            @ForAll @IntRange(min = 1, max = 4) int m,
            @ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 4) int k,
            @ForAll Viewed left,
            @ForAll Viewed right,
            @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        int[] batch = inputs.shapeOfRank(0, 2);
        int[] a = append(inputs.flip() ? batch : inputs.broadcasting(batch), m, k);
        int[] b = append(inputs.flip() ? batch : inputs.broadcasting(batch), k, n);
        GradientCheck.of(in -> left.view(in[0]).matmul(right.view(in[1])))
                .check(inputs.any(left.leaf(a)), inputs.any(right.leaf(b)));
    }

    private static int[] append(int[] batch, int rows, int columns) {
        return IntStream.concat(IntStream.of(batch), IntStream.of(rows, columns))
                .toArray();
    }

    @Property(tries = 200)
    void oneMatrixOnBothSides(@ForAll @IntRange(min = 1, max = 4) int n, @ForAll Viewed viewed, @ForAll long seed) {
        GradientCheck.of(in -> viewed.view(in[0]).matmul(viewed.view(in[0]).transpose()))
                .check(new Inputs(seed).any(viewed.leaf(n, n)));
    }

    @Property(tries = 200)
    void matricesThatAreUsedTwice(@ForAll @IntRange(min = 1, max = 4) int n, @ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        GradientCheck.of(in -> in[0].matmul(in[1]).silu().matmul(in[1]).add(in[1]))
                .check(inputs.any(n, n), inputs.any(n, n));
    }

    @Example
    void emptySides() {
        Inputs inputs = new Inputs(1);
        GradientCheck.of(in -> in[0].matmul(in[1])).check(inputs.any(2, 0), inputs.any(0, 3));
        GradientCheck.of(in -> in[0].matmul(in[1])).check(inputs.any(0, 2), inputs.any(2, 3));
        GradientCheck.of(in -> in[0].matmul(in[1])).check(inputs.any(2, 3, 0), inputs.any(0, 4));
        GradientCheck.of(in -> in[0].matmul(in[1])).check(inputs.any(0, 3, 2), inputs.any(2, 4));
    }

    @Example
    void largeOnesAlongDirections() {
        Inputs inputs = new Inputs(2);
        GradientCheck.of(in -> in[0].matmul(in[1])).check(inputs.any(17, 9), inputs.any(9, 13));
    }
}
