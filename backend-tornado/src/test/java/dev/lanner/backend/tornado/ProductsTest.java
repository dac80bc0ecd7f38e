package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Products whose K is cut into slices, and those where it just is not. Elements are small integers, so that sums are exact in any order:
 * an element of K that is missing or counted twice is seen.
 */
class ProductsTest {
    private static final int UNCUT = 1;

    private static int slices(int m, int n, int depth) {
        return Math.ceilDiv(depth, Products.slice(m, n, depth));
    }

    @Test
    void kIsCutIntoSlicesOf256AndMore() {
        assertEquals(UNCUT, slices(64, 64, 1));
        assertEquals(UNCUT, slices(64, 64, 511));
        assertEquals(256, Products.slice(64, 64, 512));
        // Halves of 513, up to the next step of 16.
        assertEquals(272, Products.slice(64, 64, 513));
        assertEquals(2, slices(64, 64, 767));
        assertEquals(3, slices(64, 64, 768));
    }

    @Test
    void kIsCutUpTo256Groups() {
        assertEquals(256, slices(64, 64, 1 << 20));
        // Two tiles take half as many slices, one row or column more is a tile more.
        assertEquals(128, slices(128, 64, 1 << 20));
        assertEquals(85, slices(129, 64, 1 << 20));
        assertEquals(85, slices(64, 129, 1 << 20));
        assertEquals(2, slices(1024, 512, 1 << 20));
        assertEquals(UNCUT, slices(1025, 512, 1 << 20));
        assertEquals(UNCUT, slices(1024, 1024, 1 << 20));
        assertEquals(UNCUT, slices(1 << 16, 1 << 14, 1 << 20));
    }

    @Test
    void slicesAreWholeStepsAndNeverTooManyOrTooShort() {
        for (int m : new int[] {1, 65, 300, 1024}) {
            int tiles = 2 * Math.ceilDiv(m, 64);
            for (int depth = 1; depth < 200_000; depth = depth * 5 / 4 + 1) {
                String what = m + ", " + depth;
                int slice = Products.slice(m, 70, depth);
                assertEquals(0, slice % 16, what);
                assertTrue(slice >= Math.min(256, depth), what);
                assertTrue(slice >= depth || tiles * slices(m, 70, depth) <= 256, what);
            }
        }
    }

    private static int[] integers(int count, int seed) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.floorMod(((i + seed) * 0x9E3779B1) >> 13, 9) - 4;
        }
        return values;
    }

    private static Tensor tensor(int[] values, int... sizes) {
        return Tensor.of(values, sizes).to(DType.F32);
    }

    /** {@code scale (a b) + plus} for a {@code [m, k]} and b {@code [k, n]}. */
    private static float[] expected(int m, int n, int k, int[] a, int[] b, float scale, float plus) {
        float[] products = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[i * k + p] * b[p * n + j];
                }
                products[i * n + j] = scale * sum + plus;
            }
        }
        return products;
    }

    @ParameterizedTest
    @CsvSource({
        "3, 70, 0, false",
        "1, 1, 511, false",
        "1, 1, 512, true",
        "1, 1, 513, true",
        "3, 70, 528, true",
        "64, 64, 767, true",
        "65, 63, 1041, true",
        "2, 3, 70001, true",
        "64, 1, 131072, true",
        "8192, 1, 512, true",
        "8193, 1, 512, false",
        "1, 8192, 530, true"
    })
    void areExactWhetherCutOrNot(int m, int n, int k, boolean cut) {
        int[] a = integers(m * k, 1);
        int[] b = integers(k * n, 2);
        TornadoBackend backend = (TornadoBackend) Backends.get(TornadoBackend.NAME);
        List<DeviceTask> tasks = new ArrayList<>();
        PlainOps plain = new PlainOps(
                task -> {
                    tasks.add(task);
                    backend.dispatch(task);
                },
                backend.memory());
        try (Backends.Use use = Backends.use(backend)) {
            Tensor rows = tensor(a, m, k);
            Tensor columns = tensor(b, k, n);
            Tensor out = Tensor.full(DType.F32, Shape.of(m, n), 7);
            plain.matmul(0.5, rows.view(), columns.view(), 0, out.view());
            assertEquals(cut ? 2 : 1, tasks.size());
            assertArrayEquals(expected(m, n, k, a, b, 0.5f, 0), out.toFloats());

            // Every matrix the other way round in memory, as in the gradient of a weight.
            Tensor transposed = Tensor.full(DType.F32, Shape.of(n, m), 7);
            plain.matmul(
                    1,
                    rows.transpose().contiguous().transpose().view(),
                    columns.transpose().contiguous().transpose().view(),
                    0,
                    transposed.transpose().view());
            assertArrayEquals(
                    expected(m, n, k, a, b, 1, 0), transposed.transpose().toFloats());

            // What is added to is never cut.
            tasks.clear();
            plain.matmul(
                    1, rows.view(), columns.view(), 2, transposed.transpose().view());
            assertEquals(1, tasks.size());
            assertArrayEquals(
                    expected(m, n, k, a, b, 3, 0), transposed.transpose().toFloats());
        }
    }

    /** A batch is never cut: what is a product of the batch may not depend on how many rows it has. */
    @Test
    void batchesAreNotCut() {
        int k = 1000;
        int[] a = integers(2 * 3 * k, 1);
        int[] b = integers(k * 5, 2);
        try (Backends.Use use = Backends.use(Backends.get(TornadoBackend.NAME))) {
            Tensor products = tensor(a, 2, 3, k).matmul(tensor(b, k, 5));
            assertArrayEquals(expected(6, 5, k, a, b, 1, 0), products.toFloats());
        }
    }
}
