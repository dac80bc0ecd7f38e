package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** {@code out = alpha * a b + beta * out}. */
interface MatmulContract extends ContractPart {
    /**
     * One product, to call on every layout.
     *
     * @param batch leading sizes
     * @param m rows of a
     * @param n columns of b
     * @param k columns of a, rows of b
     */
    record Product(int[] batch, int m, int n, int k, double alpha, double beta) {
        Shape shape(int rows, int columns) {
            int[] sizes = Arrays.copyOf(batch, batch.length + 2);
            sizes[batch.length] = rows;
            sizes[batch.length + 1] = columns;
            return Shape.of(sizes);
        }
    }

    @Property(tries = 300)
    default void productsOfEveryLayout(
            @ForAll @IntRange(max = 20) int m,
            @ForAll @IntRange(max = 40) int n,
            @ForAll @IntRange(max = 20) int k,
            @ForAll Arrangement fromA,
            @ForAll Arrangement fromB,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        int[] batch = new int[samples.between(0, 3)];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = samples.between(0, 3);
        }
        double alpha = samples.flip() ? 1 : samples.uniform(-2, 2);
        double beta = samples.flip() ? samples.between(0, 2) : samples.uniform(-2, 2);
        multiply(new Product(batch, m, n, k, alpha, beta), fromA, fromB, to, samples);
    }

    @Example
    default void productsAtAwkwardSizes() {
        int[] sizes = {1, 7, 16, 17, 33};
        Arrangement[][] operands = {
            {Arrangement.CONTIGUOUS, Arrangement.CONTIGUOUS},
            {Arrangement.CONTIGUOUS, Arrangement.TRANSPOSED},
            {Arrangement.TRANSPOSED, Arrangement.CONTIGUOUS},
            {Arrangement.COLUMNS, Arrangement.COLUMNS}
        };
        for (int m : sizes) {
            for (int n : sizes) {
                for (int k : sizes) {
                    for (Arrangement[] from : operands) {
                        Samples samples = new Samples(31L * m + 7L * n + k);
                        multiply(
                                new Product(new int[0], m, n, k, 1, 0), from[0], from[1], Arrangement.COLUMNS, samples);
                    }
                }
            }
        }
    }

    @Example
    default void productsOfManyBlocks() {
        int[][] products = {
            {67, 70, 300}, {1, 520, 64}, {300, 1, 65}, {64, 260, 1}, {3, 5, 2000}, {0, 4, 5}, {4, 0, 5}, {4, 5, 0}
        };
        for (int[] sizes : products) {
            for (Arrangement from :
                    new Arrangement[] {Arrangement.CONTIGUOUS, Arrangement.TRANSPOSED, Arrangement.STRIDED}) {
                Product product = new Product(new int[0], sizes[0], sizes[1], sizes[2], 1, 1);
                multiply(product, from, Arrangement.CONTIGUOUS, Arrangement.OFFSET, new Samples(1));
                multiply(product, Arrangement.CONTIGUOUS, from, Arrangement.OFFSET, new Samples(2));
            }
        }
    }

    @Example
    default void nothingToSumStillScalesTheOutput() {
        multiply(
                new Product(new int[] {2}, 3, 4, 0, 1, 0),
                Arrangement.CONTIGUOUS,
                Arrangement.CONTIGUOUS,
                Arrangement.COLUMNS,
                new Samples(1));
        multiply(
                new Product(new int[] {2}, 3, 4, 0, 1, 0.5),
                Arrangement.CONTIGUOUS,
                Arrangement.CONTIGUOUS,
                Arrangement.COLUMNS,
                new Samples(1));
    }

    private void multiply(Product product, Arrangement fromA, Arrangement fromB, Arrangement to, Samples samples) {
        Operand a = operand(samples, product.shape(product.m, product.k), fromA);
        Operand b = operand(samples, product.shape(product.k, product.n), fromB);
        Shape shape = product.shape(product.m, product.n);
        // With beta 0 the output holds NaN, which must not be read.
        Arrangement writable = to.repeats() ? Arrangement.COLUMNS : to;
        Operand out = product.beta == 0
                ? Operand.out(DType.F32, shape, writable)
                : Operand.inOut(samples.ordinary(DType.F32, shape.elements()), shape, writable);
        HostArray magnitudes = expected(
                Math.abs(product.alpha),
                a.withSign(1),
                b.withSign(1),
                Math.abs(product.beta),
                product.beta == 0 ? out : out.withSign(1));
        harness()
                .run(
                        "matmul " + product.alpha + ", " + product.beta,
                        call(product.alpha, product.beta),
                        new Operand[] {out},
                        a,
                        b)
                .assertClose(0, magnitudes::getDouble, harness().relative(), Float.MIN_NORMAL);
    }

    private static Harness.Call call(double alpha, double beta) {
        return (backend, in, out) -> backend.matmul(alpha, in[0], in[1], beta, out[0]);
    }

    private HostArray expected(double alpha, Operand a, Operand b, double beta, Operand out) {
        return harness().expected(call(alpha, beta), new Operand[] {out}, a, b)[0];
    }

    private static Operand operand(Samples samples, Shape shape, Arrangement from) {
        return Operand.in(samples.ordinary(DType.F32, shape.elements()), shape, from);
    }
}
