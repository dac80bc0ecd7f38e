package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FunctionalTest extends OnReference {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static Tensor of(double... values) {
        return Tensor.of(values, values.length);
    }

    private static String message(Runnable mistake) {
        return assertThrows(ShapeException.class, mistake::run).getMessage();
    }

    @Test
    void softmaxAlongAnyAxis() {
        double e = Math.E;
        Tensor x = Tensor.of(new double[] {0, 1, 1000, 999}, 2, 2);
        assertArrayEquals(
                new double[] {1 / (1 + e), e / (1 + e), e / (1 + e), 1 / (1 + e)},
                Functional.softmax(x, -1).toDoubles(),
                1e-15);
        Tensor y = Tensor.of(new double[] {0, 5, 1, 4}, 2, 2);
        assertArrayEquals(
                new double[] {1 / (1 + e), e / (1 + e), e / (1 + e), 1 / (1 + e)},
                Functional.softmax(y, 0).toDoubles(),
                1e-15);
        assertArrayEquals(
                new double[] {0, 1, 0},
                Functional.softmax(of(-INFINITY, 3, -INFINITY), 0).toDoubles());
        assertArrayEquals(
                new double[] {Math.log(1 / (1 + e)), Math.log(e / (1 + e))},
                Functional.logSoftmax(of(7, 8), 0).toDoubles(),
                1e-15);
        Tensor integers = Tensor.of(new int[] {1, 2}, 1, 2);
        assertEquals(
                "softmax: operand 0 must be floating point, found I32[1, 2] on reference",
                message(() -> Functional.softmax(integers, 1)));
        assertEquals(
                "linear: operand 1 must be floating point, found I32[1, 2] on reference",
                message(() -> Functional.linear(Tensor.ones(DType.F32, Shape.of(1, 2)), integers, of(0))));
        assertEquals("softmax: axis 1 is outside of rank 1 (shape=[1])", message(() -> Functional.softmax(of(1), 1)));
        assertEquals(
                "softmax: needs a last axis with elements, found [2, 0]",
                message(() -> Functional.softmax(Tensor.zeros(DType.F64, Shape.of(2, 0)), 1)));
    }

    @Test
    void logSumExpDoesNotOverflow() {
        assertEquals(Math.log(3), Functional.logSumExp(of(0, 0, 0), 0).item(), 1e-15);
        assertEquals(1000 + Math.log(2), Functional.logSumExp(of(1000, 1000), 0).item(), 1e-12);
        assertEquals(
                -1000 + Math.log(2), Functional.logSumExp(of(-1000, -1000), 0).item(), 1e-12);
        assertEquals(3, Functional.logSumExp(of(-INFINITY, 3), 0).item(), 1e-15);
        assertEquals(
                -INFINITY, Functional.logSumExp(of(-INFINITY, -INFINITY), 0).item());
        assertEquals(INFINITY, Functional.logSumExp(of(0, INFINITY), 0).item());
        assertEquals(Double.NaN, Functional.logSumExp(of(0, Double.NaN), 0).item());
        assertEquals(
                Shape.of(2, 4),
                Functional.logSumExp(Tensor.zeros(DType.F64, Shape.of(2, 3, 4)), 1)
                        .shape());
    }

    @Test
    void layerNormHasMeanBetaAndDeviationGamma() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 10, 10, 10, 10}, 2, 4);
        Tensor y = Functional.layerNorm(x, of(1, 2, 3, 4), of(0, 0, 0, 1), 1e-5);
        double deviation = Math.sqrt(1.25 + 1e-5);
        assertArrayEquals(
                new double[] {-1.5 / deviation, -1 / deviation, 1.5 / deviation, 6 / deviation + 1, 0, 0, 0, 1},
                y.toDoubles(),
                1e-14);
        assertEquals(
                "layerNorm: gamma must be [4], found [3]",
                message(() -> Functional.layerNorm(x, of(1, 1, 1), of(0, 0, 0, 0), 1e-5)));
        assertEquals(
                "layerNorm: dtypes differ, F64[2, 4] on reference vs F32[4] on reference",
                message(() -> Functional.layerNorm(x, Tensor.ones(DType.F32, Shape.of(4)), of(0, 0, 0, 0), 1e-5)));
    }

    @Test
    void gatedTransformIsLayerNormTimesTheGate() {
        Tensor o = Tensor.of(new double[] {1, 3}, 1, 2);
        Tensor u = Tensor.of(new double[] {5, 7}, 1, 2);
        Tensor[] inputs = {o, u, of(2, 2), of(1, 1)};
        assertArrayEquals(new double[] {-1 * 5, 3 * 7}, new GatedTransform(0).reference(inputs)[0].toDoubles(), 1e-14);
        assertThrows(
                ShapeException.class, () -> new GatedTransform(0).outputShapes(o, u.transpose(), of(2, 2), of(1, 1)));
    }

    @Test
    void linearIsTheProductWithTheTransposedWeightAndTheBias() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 2, 1, 2);
        Tensor weight = Tensor.of(new double[] {1, 0, 1, 1, 0, -1}, 3, 2);
        Tensor bias = of(10, 20, 30);
        Tensor y = Functional.linear(x, weight, bias);
        assertEquals(Shape.of(2, 1, 3), y.shape());
        assertArrayEquals(new double[] {11, 23, 28, 13, 27, 26}, y.toDoubles());
        assertEquals(
                "linear: weight must be [3, 1], found [3, 2]",
                message(() -> Functional.linear(x.narrow(2, 0, 1), weight, bias)));
        assertEquals("linear: bias must be [3], found [1]", message(() -> Functional.linear(x, weight, of(1))));
        assertEquals(
                "linear: x must have rank 2, found [2]",
                message(() -> Fused.apply(new Linear(), of(1, 2), weight, bias)));
    }

    @Test
    void linearSiluLaysItsPartsOneBehindTheOther() {
        Tensor x = Tensor.of(new double[] {1, 2}, 2, 1);
        Tensor weight = Tensor.of(new double[] {1, 2, 3, 4}, 4, 1);
        Tensor bias = of(0, 0, -3, 0);
        double[] z = {1, 2, 2, 4, 0, 4, 3, 8};
        double[] expected = Arrays.stream(z).map(v -> v / (1 + Math.exp(-v))).toArray();
        Tensor y = Fused.apply(new LinearSilu(2), x, weight, bias);
        assertEquals(Shape.of(2, 2, 2), y.shape());
        assertArrayEquals(expected, y.toDoubles(), 1e-14);
        assertEquals(Shape.of(2, 4), Functional.linearSilu(x, weight, bias).shape());
        assertEquals(
                "linearSilu: the weight's rows must be a multiple of 3 parts (weight=[4, 1])",
                message(() -> Fused.apply(new LinearSilu(3), x, weight, bias)));
        assertThrows(IllegalArgumentException.class, () -> new LinearSilu(0));
    }

    @Test
    void linearDropoutAddDropsTheProductNotTheResidual() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, 3, 1);
        Tensor weight = Tensor.of(new double[] {1, 10}, 2, 1);
        Tensor residual = Tensor.of(new double[] {100, 200, 300, 400, 500, 600}, 3, 2);
        Tensor kept = Fused.apply(new LinearDropoutAdd(0, RandomKey.of(1)), x, weight, of(1, 2), residual);
        assertArrayEquals(new double[] {102, 212, 303, 422, 504, 632}, kept.toDoubles());
        Dropout dropout = new Dropout(0.5, RandomKey.of(1));
        Tensor product = Functional.linear(x, weight, of(1, 2));
        assertArrayEquals(
                Fused.apply(dropout, product).add(residual).toDoubles(),
                Fused.apply(new LinearDropoutAdd(dropout), x, weight, of(1, 2), residual)
                        .toDoubles());
        assertEquals(
                "linearDropoutAdd: residual must be [3, 2], found [3, 1]",
                message(() -> Fused.apply(new LinearDropoutAdd(dropout), x, weight, of(1, 2), x)));
    }

    @Test
    void l2NormalizeOfZerosIsZeros() {
        Tensor x = Tensor.of(new double[] {3, 4, 0, 0, 1e-9, 0}, 3, 2);
        assertArrayEquals(
                new double[] {0.6, 0.8, 0, 0, 1e-3, 0},
                Functional.l2Normalize(x).toDoubles(),
                1e-15);
    }

    @Test
    void cosineSimilarityBroadcasts() {
        Tensor a = Tensor.of(new double[] {1, 0, 1, 1}, 2, 2);
        assertArrayEquals(
                new double[] {1, Math.sqrt(0.5)},
                Functional.cosineSimilarity(a, of(5, 0)).toDoubles(),
                1e-15);
        assertArrayEquals(
                new double[] {0, -Math.sqrt(0.5)},
                Functional.cosineSimilarity(a, of(0, -1)).toDoubles(),
                1e-15);
    }

    @Test
    void dropoutScalesWhatIsLeft() {
        Tensor x = Tensor.full(DType.F64, Shape.of(1000), 3);
        RandomKey key = RandomKey.of(5);
        double[] dropped = Functional.dropout(x, 0.75, key, true).toDoubles();
        int zeros = 0;
        for (double value : dropped) {
            assertEquals(true, value == 0 || value == 12, Double.toString(value));
            zeros += value == 0 ? 1 : 0;
        }
        assertEquals(750, zeros, 5 * Math.sqrt(1000 * 0.25 * 0.75));
        assertArrayEquals(dropped, Functional.dropout(x, 0.75, key, true).toDoubles());
        assertSame(x, Functional.dropout(x, 0.25, key, false));
        assertSame(x, Functional.dropout(x, 0, key, true));
        assertThrows(IllegalArgumentException.class, () -> Functional.dropout(x, 1, key, true));
        assertThrows(IllegalArgumentException.class, () -> Functional.dropout(x, -0.1, key, false));
        Tensor holes = of(Double.NaN, INFINITY);
        RandomKey allKept = RandomKey.of(1);
        assertArrayEquals(
                holes.toDoubles(),
                Functional.dropout(holes, 1e-9, allKept, true).toDoubles());
    }

    @Test
    void crossEntropyIsTheMeanOfNegativeLogProbabilities() {
        Tensor logits = Tensor.of(new double[] {1, 2, 3, 1000, 0, -INFINITY}, 2, 3);
        Tensor targets = Tensor.of(new int[] {1, 0}, 2);
        double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 2;
        assertEquals(first / 2, Functional.crossEntropy(logits, targets).item(), 1e-14);
        assertEquals(
                "crossEntropy: targets must be [2], found [1]",
                message(() -> Functional.crossEntropy(logits, targets.narrow(0, 0, 1))));
        assertEquals(
                "crossEntropy: targets must be I32, found F64[2, 3] on reference",
                message(() -> Functional.crossEntropy(logits, logits)));
        assertThrows(
                IndexOutOfBoundsException.class, () -> Functional.crossEntropy(logits, Tensor.of(new int[] {3, 0}, 2)));
    }

    @Test
    void lossesNeverBroadcast() {
        assertEquals(2.5, Functional.mse(of(1, 2), of(0, 4)).item());
        assertEquals("mse: target must be [2], found [1]", message(() -> Functional.mse(of(1, 2), of(1))));
        assertEquals(
                "mse: target must be [2], found [2, 1]",
                message(() -> Functional.mse(of(1, 2), of(1, 2).unsqueeze(1))));
        Tensor mask = Tensor.of(new int[] {1}, 1);
        assertEquals("maskedMean: mask must be [2], found [1]", message(() -> Functional.maskedMean(of(1, 2), mask)));
    }

    @Test
    void maskedMeanCountsWhatIsNotMasked() {
        Tensor values = of(1, 2, Double.NaN, 4);
        assertEquals(
                2.5,
                Functional.maskedMean(values, Tensor.of(new int[] {1, 0, 0, -7}, 4))
                        .item());
        assertEquals(
                0,
                Functional.maskedMean(values, Tensor.zeros(DType.I32, Shape.of(4)))
                        .item());
    }

    @Test
    void constantsLandWhereTheOperandsAre() {
        Tensor x;
        Tensor targets;
        Tensor items;
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            x = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
            targets = Tensor.of(new int[] {1, 0}, 2);
            items = Tensor.of(new int[] {1, 0}, 2, 1);
        }
        assertSame(x.backend(), Functional.logSumExp(x, 0).backend());
        assertSame(x.backend(), Functional.l2Normalize(x).backend());
        assertSame(x.backend(), Functional.crossEntropy(x, targets).backend());
        assertSame(
                x.backend(),
                Functional.maskedMean(x, items.expand(Shape.of(2, 2))).backend());
        assertSame(
                x.backend(),
                Functional.sampledSoftmaxLoss(x, x, targets, items, 0.05).backend());
    }
}
