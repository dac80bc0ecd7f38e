package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MatmulTest extends OnReference {
    private static double[] uniform(SplittableRandom random, int count) {
        return random.doubles(count).toArray();
    }

    @Property(tries = 200)
    void isTheSumOfProducts(
            @ForAll @IntRange(max = 5) int m,
            @ForAll @IntRange(max = 5) int n,
            @ForAll @IntRange(max = 5) int k,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] a = uniform(random, m * k);
        double[] b = uniform(random, k * n);
        double[] expected = new double[m * n];
        double[] bTransposed = new double[n * k];
        for (int i = 0; i < m * n * k; i++) {
            int row = i / k / n;
            int column = i / k % n;
            int inner = i % k;
            expected[row * n + column] += a[row * k + inner] * b[inner * n + column];
            bTransposed[column * k + inner] = b[inner * n + column];
        }
        Tensor left = Tensor.of(a, m, k);
        assertArrayEquals(expected, left.matmul(Tensor.of(b, k, n)).toDoubles(), 1e-14);
        assertArrayEquals(
                expected, left.matmul(Tensor.of(bTransposed, n, k).transpose()).toDoubles(), 1e-14);
    }

    @Example
    void batchesBroadcast() {
        Tensor a = Tensor.arange(DType.F64, 24).reshape(2, 1, 3, 4);
        Tensor b = Tensor.arange(DType.F64, 40).reshape(5, 4, 2);
        Tensor product = a.matmul(b);
        assertEquals(Shape.of(2, 5, 3, 2), product.shape());
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 5; j++) {
                Tensor one =
                        a.narrow(0, i, 1).reshape(3, 4).matmul(b.narrow(0, j, 1).reshape(4, 2));
                assertArrayEquals(
                        one.toDoubles(), product.narrow(0, i, 1).narrow(1, j, 1).toDoubles());
            }
        }
    }

    private static String message(Tensor a, Tensor b) {
        return assertThrows(ShapeException.class, () -> a.matmul(b)).getMessage();
    }

    @Example
    void mistakesAreNamed() {
        Tensor a = Tensor.zeros(DType.F32, Shape.of(32, 64));
        assertEquals(
                "matmul: inner dimensions differ, 64 vs 48 (a=[32, 64], b=[48, 10])",
                message(a, Tensor.zeros(DType.F32, Shape.of(48, 10))));
        assertEquals(
                "matmul: operands need two dimensions or more (a=[32, 64], b=[64])",
                message(a, Tensor.zeros(DType.F32, Shape.of(64))));
        assertEquals(
                "matmul: needs one floating point dtype (a=F32[32, 64] on reference, b=F64[64, 2] on reference)",
                message(a, Tensor.zeros(DType.F64, Shape.of(64, 2))));
        message(Tensor.zeros(DType.I32, Shape.of(1, 1)), Tensor.zeros(DType.I32, Shape.of(1, 1)));
        assertEquals(
                "matmul: shapes do not broadcast, 2 vs 3 (a=[2], b=[3])",
                message(Tensor.zeros(DType.F32, Shape.of(2, 1, 1)), Tensor.zeros(DType.F32, Shape.of(3, 1, 1))));
    }

    @Example
    void aProductTooLargeIsRefusedBeforeItIsAllocated() {
        Tensor column = Tensor.zeros(DType.F32, Shape.of(1 << 16, 1));
        assertEquals("shape: more than 2^31-1 elements in [65536, 65536]", message(column, column.transpose()));
    }
}
