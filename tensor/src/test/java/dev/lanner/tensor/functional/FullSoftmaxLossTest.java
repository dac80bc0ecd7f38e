package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class FullSoftmaxLossTest extends OnReference {
    private static Tensor uniform(SplittableRandom random, int rows, int width) {
        int count = rows * width;
        return Tensor.of(random.doubles(count, -1, 1).toArray(), rows, width);
    }

    /** With all items as negatives, of which the target does not count twice, the sampled loss is the full one. */
    @Property(tries = 200)
    void isTheSampledLossOverAllItems(
            @ForAll @IntRange(max = 6) int rows,
            @ForAll @IntRange(min = 1, max = 5) int width,
            @ForAll @IntRange(min = 1, max = 7) int items,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor h = uniform(random, rows, width);
        Tensor table = uniform(random, items + 1, width);
        Tensor targets = Tensor.of(random.ints(rows, 0, items + 1).toArray(), rows);
        int[] all = IntStream.range(0, rows * items).map(i -> 1 + i % items).toArray();
        Tensor sampled = Functional.sampledSoftmaxLoss(h, table, targets, Tensor.of(all, rows, items), 0.1);
        assertEquals(
                sampled.item(),
                Functional.fullSoftmaxLoss(h, table, targets, 0.1).item(),
                1e-12);
    }

    @Example
    void mistakesAreNamed() {
        Tensor h = Tensor.of(new double[] {1, 2}, 1, 2);
        Tensor table = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
        assertEquals(
                "fullSoftmaxLoss: index 2 at position 0 is outside of [0, 2) (indices=[1])",
                assertThrows(
                                IndexOutOfBoundsException.class,
                                () -> Functional.fullSoftmaxLoss(h, table, Tensor.of(new int[] {2}, 1), 0.05))
                        .getMessage());
        assertEquals(
                "fullSoftmaxLoss: targets must be [1], found [2]",
                assertThrows(
                                ShapeException.class,
                                () -> Functional.fullSoftmaxLoss(h, table, Tensor.of(new int[] {1, 1}, 2), 0.05))
                        .getMessage());
        assertEquals(
                "fullSoftmaxLoss: table must be [2, 2], found [1, 2]",
                assertThrows(
                                ShapeException.class,
                                () -> Functional.fullSoftmaxLoss(h, h, Tensor.of(new int[] {0}, 1), 0.05))
                        .getMessage());
        assertEquals(
                "fullSoftmaxLoss: the temperature must be positive, found 0.0",
                assertThrows(IllegalArgumentException.class, () -> new FullSoftmaxLoss(0))
                        .getMessage());
    }
}
