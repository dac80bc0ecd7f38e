package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

class GemmProperties {
    private static final WorkerPool ONE = new WorkerPool(1);
    private static final WorkerPool TWO = new WorkerPool(2);

    @AfterContainer
    static void close() {
        ONE.close();
        TWO.close();
    }

    @Property(tries = 400)
    void equalsTheTripleLoop(
            @ForAll long seed,
            @ForAll("sizes") int m,
            @ForAll("sizes") int n,
            @ForAll("sizes") int k,
            @ForAll GemmCase.Storage a,
            @ForAll GemmCase.Storage b,
            @ForAll boolean paddedResult,
            @ForAll("factors") float alpha,
            @ForAll("factors") float beta) {
        GemmCase product = GemmCase.random(seed, m, n, k, a, b, paddedResult, alpha, beta);
        float[] result = product.run(TWO);
        product.check(result);
        assertArrayEquals(product.run(ONE), result);
        product.check(product.runScalar(TWO));
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.oneOf(
                Arbitraries.of(0, 1, 2, 7, 8, 11, 12, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65),
                Arbitraries.integers().between(0, 90),
                Arbitraries.integers().between(0, 420));
    }

    @Provide
    Arbitrary<Float> factors() {
        return Arbitraries.of(0f, 1f, -1f, 0.5f, 3f);
    }
}
