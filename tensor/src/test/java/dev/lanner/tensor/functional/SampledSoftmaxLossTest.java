package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SampledSoftmaxLossTest extends OnReference {
    private static double[] uniform(SplittableRandom random, int count) {
        return random.doubles(count, -1, 1).toArray();
    }

    private static double cosine(double[] h, int i, double[] table, int v, int width) {
        double product = 0;
        double squaresH = 0;
        double squaresV = 0;
        for (int c = 0; c < width; c++) {
            product += h[i * width + c] * table[v * width + c];
            squaresH += h[i * width + c] * h[i * width + c];
            squaresV += table[v * width + c] * table[v * width + c];
        }
        return product / Math.max(Math.sqrt(squaresH), 1e-6) / Math.max(Math.sqrt(squaresV), 1e-6);
    }

    @Property(tries = 200)
    void isTheCrossEntropyAmongTheNegativesThatAreNotTheTarget(
            @ForAll @IntRange(max = 6) int rows,
            @ForAll @IntRange(min = 1, max = 5) int width,
            @ForAll @IntRange(min = 1, max = 7) int items,
            @ForAll @IntRange(max = 5) int negatives,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] h = uniform(random, rows * width);
        double[] table = uniform(random, items * width);
        int[] targets = random.ints(rows, 0, items).toArray();
        int draws = rows * negatives;
        int[] sampled = random.ints(draws, 0, items).toArray();
        double temperature = 0.1;
        double sum = 0;
        int count = 0;
        for (int i = 0; i < rows; i++) {
            double positive = cosine(h, i, table, targets[i], width) / temperature;
            double total = Math.exp(positive);
            for (int k = 0; k < negatives; k++) {
                int item = sampled[i * negatives + k];
                total += item == targets[i] ? 0 : Math.exp(cosine(h, i, table, item, width) / temperature);
            }
            sum += targets[i] == 0 ? 0 : Math.log(total) - positive;
            count += targets[i] == 0 ? 0 : 1;
        }
        Tensor loss = Functional.sampledSoftmaxLoss(
                Tensor.of(h, rows, width),
                Tensor.of(table, items, width),
                Tensor.of(targets, rows),
                Tensor.of(sampled, rows, negatives),
                temperature);
        assertEquals(count == 0 ? 0 : sum / count, loss.item(), 1e-12);
    }

    @Example
    void mistakesAreNamed() {
        Tensor h = Tensor.of(new double[] {1, 2}, 1, 2);
        Tensor table = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
        Tensor one = Tensor.of(new int[] {1}, 1);
        Tensor negatives = Tensor.of(new int[] {1, 2}, 1, 2);
        assertEquals(
                "sampledSoftmaxLoss: index 2 at position 1 is outside of [0, 2) (indices=[1, 2])",
                assertThrows(
                                IndexOutOfBoundsException.class,
                                () -> Functional.sampledSoftmaxLoss(h, table, one, negatives, 0.05))
                        .getMessage());
        assertEquals(
                "sampledSoftmaxLoss: targets must be [1], found [1, 2]",
                assertThrows(
                                ShapeException.class,
                                () -> Functional.sampledSoftmaxLoss(h, table, negatives, negatives, 0.05))
                        .getMessage());
        assertEquals(
                "sampledSoftmaxLoss: the temperature must be positive, found 0.0",
                assertThrows(IllegalArgumentException.class, () -> new SampledSoftmaxLoss(0))
                        .getMessage());
    }
}
