package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Reductions beside loops over an array of three dimensions. */
class ReductionsTest extends OnReference {
    private static final double NAN = Double.NaN;

    @Property(tries = 200)
    void alongAnyAxes(
            @ForAll @IntRange(min = 1, max = 4) int n0,
            @ForAll @IntRange(min = 1, max = 4) int n1,
            @ForAll @IntRange(min = 1, max = 4) int n2,
            @ForAll @IntRange(max = 7) int mask,
            @ForAll boolean keepDims,
            @ForAll long seed) {
        double[][][] x = new double[n0][n1][n2];
        double[] flat = new double[n0 * n1 * n2];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < flat.length; i++) {
            flat[i] = random.nextInt(-9, 10);
            x[i / n2 / n1][i / n2 % n1][i % n2] = flat[i];
        }
        int[] full = {n0, n1, n2};
        int[] axes =
                IntStream.range(0, 3).filter(axis -> (mask >> axis & 1) == 1).toArray();
        int[] kept = full.clone();
        for (int axis : axes) {
            kept[axis] = 1;
        }
        int[] sizes = keepDims
                ? kept
                : IntStream.range(0, 3)
                        .filter(axis -> (mask >> axis & 1) == 0)
                        .map(axis -> full[axis])
                        .toArray();
        List<Double> sums = new ArrayList<>();
        List<Double> means = new ArrayList<>();
        List<Double> largest = new ArrayList<>();
        List<Double> smallest = new ArrayList<>();
        for (int i = 0; i < kept[0]; i++) {
            for (int j = 0; j < kept[1]; j++) {
                for (int k = 0; k < kept[2]; k++) {
                    double[] group = group(x, kept, full, i, j, k);
                    sums.add(Arrays.stream(group).sum());
                    means.add(Arrays.stream(group).sum() / group.length);
                    largest.add(Arrays.stream(group).max().orElseThrow());
                    smallest.add(Arrays.stream(group).min().orElseThrow());
                }
            }
        }
        // The same elements through a layout that is not row-major.
        Tensor transposed = Tensor.of(flat, full).transpose(0, 2).contiguous().transpose(0, 2);
        same(sizes, sums, transposed.sum(keepDims, axes));
        same(sizes, means, transposed.mean(keepDims, axes));
        same(sizes, largest, transposed.max(keepDims, axes));
        same(sizes, smallest, transposed.min(keepDims, axes));
    }

    /** The elements that are reduced to element (i, j, k). */
    private static double[] group(double[][][] x, int[] kept, int[] full, int i, int j, int k) {
        List<Double> group = new ArrayList<>();
        for (int a = kept[0] == full[0] ? i : 0; a < (kept[0] == full[0] ? i + 1 : full[0]); a++) {
            for (int b = kept[1] == full[1] ? j : 0; b < (kept[1] == full[1] ? j + 1 : full[1]); b++) {
                for (int c = kept[2] == full[2] ? k : 0; c < (kept[2] == full[2] ? k + 1 : full[2]); c++) {
                    group.add(x[a][b][c]);
                }
            }
        }
        return group.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void same(int[] sizes, List<Double> expected, Tensor found) {
        assertEquals(Shape.of(sizes), found.shape());
        assertArrayEquals(expected.stream().mapToDouble(Double::doubleValue).toArray(), found.toDoubles(), 1e-13);
    }

    @Example
    void ofEverythingAndOfNothing() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
        assertEquals(10, x.sum().item());
        assertEquals(2.5, x.mean().item());
        assertEquals(Shape.of(), x.sum().shape());
        assertEquals(5, Tensor.full(DType.F64, Shape.of(), 5).sum().item());
        assertArrayEquals(
                new double[] {0, 0},
                Tensor.zeros(DType.F64, Shape.of(2, 0)).sum(false, 1).toDoubles());
        assertEquals(0, Tensor.zeros(DType.F64, Shape.of(0)).sum().item());
        assertEquals(
                Shape.of(0),
                Tensor.zeros(DType.F64, Shape.of(0, 3)).max(false, 1).shape());
        assertArrayEquals(
                new long[] {(1L << 60) + 3},
                Tensor.of(new long[] {1L << 60, 1, 2}, 3).sum(true, 0).toLongs());
    }

    private static String message(Runnable mistake) {
        return assertThrows(ShapeException.class, mistake::run).getMessage();
    }

    @Example
    void mistakesAreNamed() {
        Tensor x = Tensor.zeros(DType.F32, Shape.of(2, 0));
        assertEquals("max: there is no element to choose from (shape=[2, 0])", message(() -> x.max(true, 1)));
        assertEquals("argmax: there is no element to choose from (shape=[2, 0])", message(() -> x.argmax(1)));
        assertEquals("sum: axis -2 is named twice (shape=[2, 0])", message(() -> x.sum(false, 0, -2)));
        assertEquals("sum: axis 2 is outside of rank 2 (shape=[2, 0])", message(() -> x.sum(false, 2)));
        assertEquals(
                "mean: needs a floating point tensor, found I32[2] on reference",
                message(() -> Tensor.zeros(DType.I32, Shape.of(2)).mean()));
        assertEquals(
                "topK: k must be in [1, size of the last axis], found k=3 (shape=[2])",
                message(() -> Tensor.zeros(DType.F32, Shape.of(2)).topK(3)));
        message(() -> Tensor.zeros(DType.F32, Shape.of(2)).topK(0));
        message(() -> Tensor.zeros(DType.F32, Shape.of()).topK(1));
        assertEquals(
                "sumTo: [2, 2] does not broadcast to [1, 2]",
                message(() -> Tensor.zeros(DType.F32, Shape.of(1, 2)).sumTo(Shape.of(2, 2))));
    }

    @Example
    void sumToUndoesExpand() {
        Tensor x = Tensor.ones(DType.F64, Shape.of(2, 3, 4));
        assertArrayEquals(new double[] {8, 8, 8}, x.sumTo(Shape.of(3, 1)).toDoubles());
        assertEquals(24, x.sumTo(Shape.of()).item());
        assertEquals(Shape.of(1, 1, 4), x.sumTo(Shape.of(1, 1, 4)).shape());
    }

    @Example
    void nanIsPassedOn() {
        Tensor x = Tensor.of(new double[] {1, NAN, 3}, 3);
        assertEquals(NAN, x.max(true, 0).item());
        assertEquals(NAN, x.min(true, 0).item());
        assertEquals(NAN, x.sum().item());
        assertEquals(1, x.argmax(0).item());
    }

    @Example
    void argmaxFindsTheFirst() {
        Tensor x = Tensor.of(new double[] {1, 3, 3, -0.0, 0.0, -0.0}, 2, 3);
        assertArrayEquals(new int[] {1, 0}, x.argmax(1).toInts());
        assertArrayEquals(new int[] {0, 0, 0}, x.argmax(-2).toInts());
        assertEquals(DType.I32, x.argmax(0).dtype());
        // Longs beyond 2^53 that are one double.
        assertEquals(
                1, Tensor.of(new long[] {1L << 60, (1L << 60) + 1}, 2).argmax(0).item());
    }

    @Example
    void topKDescendsAndOfEqualOnesTakesTheFirst() {
        TopK top = Tensor.of(new double[] {1, 5, 5, 2, 4, NAN, 4, 4}, 2, 4).topK(3);
        assertArrayEquals(new double[] {5, 5, 2, NAN, 4, 4}, top.values().toDoubles());
        assertArrayEquals(new int[] {1, 2, 3, 1, 0, 2}, top.indices().toInts());
        // The two zeros are equal.
        assertArrayEquals(
                new int[] {0, 1, 2},
                Tensor.of(new double[] {-0.0, 0.0, -0.0}, 3).topK(3).indices().toInts());
        assertArrayEquals(
                new int[] {1, 0},
                Tensor.of(new long[] {1L << 60, (1L << 60) + 1}, 2)
                        .topK(2)
                        .indices()
                        .toInts());
    }

    @Property(tries = 200)
    void topKIsTheFrontOfASort(
            @ForAll @IntRange(min = 1, max = 20) int n, @ForAll @IntRange(min = 1, max = 20) int k, @ForAll long seed) {
        int count = Math.min(n, k);
        double[] values = new SplittableRandom(seed)
                .doubles(n)
                .map(x -> Math.floor(x * 5))
                .toArray();
        double[] sorted = Arrays.stream(values)
                .map(x -> -x)
                .sorted()
                .map(x -> -x)
                .limit(count)
                .toArray();
        TopK top = Tensor.of(values, n).topK(count);
        assertArrayEquals(sorted, top.values().toDoubles());
        int[] indices = top.indices().toInts();
        for (int i = 0; i < count; i++) {
            assertEquals(sorted[i], values[indices[i]]);
            assertEquals(true, i == 0 || sorted[i] < sorted[i - 1] || indices[i] > indices[i - 1]);
        }
    }
}
