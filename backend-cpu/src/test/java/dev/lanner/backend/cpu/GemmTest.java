package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GemmTest {
    private static final WorkerPool ONE = new WorkerPool(1);
    private static final WorkerPool TWO = new WorkerPool(2);
    private static final WorkerPool SEVEN = new WorkerPool(7);

    @AfterAll
    static void close() {
        ONE.close();
        TWO.close();
        SEVEN.close();
    }

    static IntStream sizes() {
        return IntStream.of(0, 1, 7, 15, 16, 17, 31, 33, 100);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void equalsTheTripleLoopAtAwkwardSizes(int m) {
        sizes().forEach(n -> sizes().forEach(k -> {
            GemmCase product = GemmCase.plain(m, n, k);
            product.check(product.run(TWO));
        }));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void scalarTilesEqualTheTripleLoopAtAwkwardSizes(int m) {
        sizes().forEach(n -> sizes().forEach(k -> {
            GemmCase product = GemmCase.plain(m, n, k);
            product.check(product.runScalar(TWO));
        }));
    }

    @ParameterizedTest
    @EnumSource
    void takesEveryStorageOfItsOperands(GemmCase.Storage a) {
        for (GemmCase.Storage b : GemmCase.Storage.values()) {
            Stream.of(new int[] {17, 33, 100}, new int[] {1, 67, 31}, new int[] {100, 1, 300}, new int[] {5, 200, 1})
                    .forEach(s -> {
                        GemmCase product = GemmCase.random(7, s[0], s[1], s[2], a, b, true, 1, 0);
                        product.check(product.run(TWO));
                        product.check(product.runScalar(TWO));
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "0, 1", "0, 0", "0, 2", "-2, 0", "0.5, -3", "1, 0.25", "3, 1"})
    void takesEveryFactor(float alpha, float beta) {
        for (GemmCase.Storage b : GemmCase.Storage.values()) {
            for (int k : new int[] {0, 1, 40, 600}) {
                GemmCase product = GemmCase.random(3, 30, 70, k, GemmCase.Storage.ROWS, b, true, alpha, beta);
                product.check(product.run(TWO));
                product.check(product.runScalar(TWO));
            }
        }
    }

    @Test
    void betaZeroDoesNotReadC() {
        for (int k : new int[] {0, 1, 300, 3000}) {
            GemmCase product = GemmCase.random(5, 29, 41, k, GemmCase.Storage.ROWS, GemmCase.Storage.ROWS, true, 1, 0)
                    .withNanResult();
            product.check(product.run(ONE));
            product.check(product.runScalar(ONE));
        }
    }

    @Test
    void alphaZeroReadsNeitherOperand() {
        float[] nan = new float[16];
        Arrays.fill(nan, Float.NaN);
        float[] c = {1, 2, 3, 4};
        Gemm.gemm(ONE, 2, 2, 4, 0, nan, 0, 4, 1, nan, 0, 2, 1, 2, c, 0, 2);
        assertArrayEquals(new float[] {2, 4, 6, 8}, c);
    }

    @Test
    void nanAndInfinityOfTheOperandsReachTheirElementsOnly() {
        int n = 40;
        float[] a = new float[n * n];
        float[] b = new float[n * n];
        float[] c = new float[n * n];
        Arrays.fill(a, 1);
        Arrays.fill(b, 1);
        a[3 * n + 5] = Float.NaN;
        a[7 * n + 5] = Float.POSITIVE_INFINITY;
        Gemm.gemm(TWO, n, n, n, 1, a, 0, n, 1, b, 0, n, 1, 0, c, 0, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                float expected = i == 3 ? Float.NaN : i == 7 ? Float.POSITIVE_INFINITY : n;
                assertEquals(expected, c[i * n + j]);
            }
        }
    }

    /** Every way of cutting and packing: the shapes of a training step, smaller ones, and one that is not a multiple of anything. */
    static Stream<GemmCase> largeProducts() {
        GemmCase.Storage rows = GemmCase.Storage.ROWS;
        GemmCase.Storage columns = GemmCase.Storage.COLUMNS;
        GemmCase.Storage padded = GemmCase.Storage.PADDED_ROWS;
        return Stream.of(
                GemmCase.random(1, 3000, 64, 128, rows, rows, false, 1, 0),
                GemmCase.random(2, 2000, 256, 64, rows, rows, false, 1, 1),
                GemmCase.random(3, 1501, 50, 200, rows, columns, false, 1, 0),
                GemmCase.random(4, 64, 256, 5000, columns, rows, false, 1, 1),
                GemmCase.random(5, 131, 65, 4001, columns, padded, true, 1, 0),
                GemmCase.random(6, 64, 64, 5003, columns, rows, false, 2, 0),
                GemmCase.random(7, 301, 1207, 65, padded, columns, true, 1, 0.5f),
                GemmCase.random(8, 389, 401, 523, rows, rows, false, 1, 0),
                GemmCase.random(9, 1, 3001, 64, rows, columns, false, 1, 0),
                GemmCase.random(10, 1, 65, 40000, rows, rows, false, 1, 0),
                GemmCase.random(11, 3001, 1, 700, rows, rows, false, 1, 0),
                // Deep: just not, just, with a rest, alpha and beta, in columns of a wider C, and as large as they
                // come.
                GemmCase.random(12, 9, 17, 2047, rows, columns, false, 1, 0),
                GemmCase.random(13, 9, 17, 2048, rows, columns, false, 1, 0),
                GemmCase.random(14, 9, 17, 2049, columns, rows, true, -2, 0.5f),
                GemmCase.random(15, 64, 64, 8191, columns, padded, true, 3, 0),
                GemmCase.random(16, 1, 1, 60_001, rows, columns, false, 1, 1),
                GemmCase.random(17, 256, 256, 2100, columns, rows, false, 1, 0),
                GemmCase.random(18, 257, 256, 2100, columns, rows, false, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("largeProducts")
    void equalsTheTripleLoopWithTheSameBitsForEveryNumberOfThreads(GemmCase product) {
        float[] alone = product.run(ONE);
        product.check(alone);
        assertArrayEquals(alone, product.run(TWO), "two threads");
        assertArrayEquals(alone, product.run(SEVEN), "seven threads");
    }

    @ParameterizedTest
    @MethodSource("largeProducts")
    void scalarTilesHaveTheSameBitsForEveryNumberOfThreads(GemmCase product) {
        float[] alone = product.runScalar(ONE);
        product.check(alone);
        assertArrayEquals(alone, product.runScalar(SEVEN), "seven threads");
    }
}
