package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;

/** Functions of elements beside formulas in plain Java. */
class ElementwiseTest extends OnReference {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static void same(DoubleUnaryOperator formula, UnaryOperator<Tensor> function, List<Double> x) {
        double[] values = x.stream().mapToDouble(Double::doubleValue).toArray();
        double[] found = function.apply(Tensor.of(values, values.length)).toDoubles();
        for (int i = 0; i < values.length; i++) {
            double expected = formula.applyAsDouble(values[i]);
            assertEquals(expected, found[i], 1e-13 * Math.max(1, Math.abs(expected)), "at " + values[i]);
        }
    }

    @Property(tries = 200)
    void unaryFunctions(@ForAll @Size(10) List<@DoubleRange(min = -20, max = 20) Double> x) {
        same(v -> -v, Tensor::neg, x);
        same(v -> v < 0 ? -v : v, Tensor::abs, x);
        same(v -> v > 0 ? 1 : v < 0 ? -1 : 0, Tensor::sign, x);
        same(Math::exp, Tensor::exp, x);
        same(v -> v * v, Tensor::square, x);
        same(v -> (Math.exp(v) - Math.exp(-v)) / (Math.exp(v) + Math.exp(-v)), Tensor::tanh, x);
        same(v -> 1 / (1 + Math.exp(-v)), Tensor::sigmoid, x);
        same(v -> v / (1 + Math.exp(-v)), Tensor::silu, x);
        same(v -> v > 0 ? v : 0, Tensor::relu, x);
        same(v -> Math.min(Math.max(v, -1.5), 2.5), t -> t.clamp(-1.5, 2.5), x);
        same(v -> v + 3, t -> t.add(3), x);
        same(v -> v - 3, t -> t.sub(3), x);
        same(v -> v * 3, t -> t.mul(3), x);
        same(v -> v / 3, t -> t.div(3), x);
        same(v -> v * v * v, t -> t.pow(3), x);
    }

    @Property(tries = 200)
    void unaryFunctionsOfPositiveNumbers(@ForAll @Size(10) List<@DoubleRange(min = 0.01, max = 1e6) Double> x) {
        same(Math::log, Tensor::log, x);
        same(Math::sqrt, Tensor::sqrt, x);
        same(v -> 1 / v, Tensor::reciprocal, x);
        same(v -> Math.exp(-0.5 * Math.log(v)), t -> t.pow(-0.5), x);
    }

    @Example
    void knownValuesOfErfAndGelu() {
        // Abramowitz and Stegun, table 7.1.
        double[] x = {0, 0.5, 1, 2, 3, -1, 4, INFINITY, -INFINITY};
        double[] erf = {
            0,
            0.5204998778130465,
            0.8427007929497149,
            0.9953222650189527,
            0.9999779095030014,
            -0.8427007929497149,
            0.9999999845827421,
            1,
            -1
        };
        assertArrayEquals(erf, Tensor.of(x, 9).erf().toDoubles(), 1e-14);
        // Beyond 4 it is 1 up to the complement.
        assertEquals(
                1 - 1.537459794428035e-12, Tensor.of(new double[] {5}, 1).erf().item(), 1e-15);
        double[] gelu = {
            0,
            0.5 * 0.6914624612740131,
            0.8413447460685429,
            2 * 0.9772498680518208,
            3 * 0.9986501019683699,
            -0.15865525393145707
        };
        assertArrayEquals(gelu, Tensor.of(x, 9).narrow(0, 0, 6).gelu().toDoubles(), 1e-14);
    }

    @Example
    void whatIsNotFinite() {
        Tensor x = Tensor.of(new double[] {NAN, INFINITY, -INFINITY}, 3);
        assertArrayEquals(new double[] {NAN, INFINITY, 0}, x.exp().toDoubles());
        assertArrayEquals(new double[] {NAN, 1, 0}, x.sigmoid().toDoubles());
        assertArrayEquals(new double[] {NAN, INFINITY, 0}, x.silu().add(0).toDoubles());
        assertArrayEquals(new double[] {NAN, 1, -1}, x.tanh().toDoubles());
        assertArrayEquals(new double[] {NAN, INFINITY, 0}, x.relu().toDoubles());
        assertArrayEquals(new double[] {NAN, 1, -1}, x.sign().toDoubles());
        assertArrayEquals(new double[] {NAN, 2, -1}, x.clamp(-1, 2).toDoubles());
        assertArrayEquals(
                new double[] {NAN, INFINITY, 1},
                x.maximum(Tensor.ones(DType.F64, Shape.of())).toDoubles());
        assertArrayEquals(
                new double[] {-INFINITY, NAN},
                Tensor.of(new double[] {0, -1}, 2).log().toDoubles());
    }

    private static void same(DoubleBinaryOperator formula, Tensor found, double[] column, double[] row) {
        assertEquals(Shape.of(column.length, row.length), found.shape());
        double[] values = found.to(DType.F64).toDoubles();
        for (int i = 0; i < column.length; i++) {
            for (int j = 0; j < row.length; j++) {
                double expected = formula.applyAsDouble(column[i], row[j]);
                assertEquals(expected, values[i * row.length + j], column[i] + " and " + row[j]);
            }
        }
    }

    @Property(tries = 200)
    void pairsBroadcast(@ForAll @Size(max = 5) double[] column, @ForAll @Size(max = 5) double[] row) {
        Tensor a = Tensor.of(column, column.length, 1);
        Tensor b = Tensor.of(row, row.length);
        same((x, y) -> x + y, a.add(b), column, row);
        same((x, y) -> x - y, a.sub(b), column, row);
        same((x, y) -> x * y, a.mul(b), column, row);
        same((x, y) -> x / y, a.div(b), column, row);
        same((x, y) -> x < y ? y : x, a.maximum(b), column, row);
        same((x, y) -> x < y ? x : y, a.minimum(b), column, row);
        same((x, y) -> x == y ? 1 : 0, a.eq(b), column, row);
        same((x, y) -> x == y ? 0 : 1, a.ne(b), column, row);
        same((x, y) -> x < y ? 1 : 0, a.lt(b), column, row);
        same((x, y) -> x <= y ? 1 : 0, a.le(b), column, row);
        same((x, y) -> x > y ? 1 : 0, a.gt(b), column, row);
        same((x, y) -> x >= y ? 1 : 0, a.ge(b), column, row);
        same((x, y) -> x < y ? x : 7, a.lt(b).where(a, Tensor.full(DType.F64, Shape.of(), 7)), column, row);
    }

    @Example
    void comparisonsWithNan() {
        Tensor nan = Tensor.of(new double[] {NAN}, 1);
        for (Tensor false0 : new Tensor[] {nan.eq(nan), nan.lt(nan), nan.le(nan), nan.gt(nan), nan.ge(nan)}) {
            assertEquals(0, false0.item());
        }
        assertEquals(1, nan.ne(nan).item());
    }

    @Example
    void integersAreExact() {
        long large = (1L << 60) + 1;
        Tensor x = Tensor.of(new long[] {large, -7, 7}, 3);
        assertArrayEquals(new long[] {large + 1, -6, 8}, x.add(1).toLongs());
        assertArrayEquals(new long[] {large / 2, -3, 3}, x.div(2).toLongs());
        assertArrayEquals(new long[] {large, 7, 7}, x.abs().toLongs());
        assertArrayEquals(
                new int[] {0, 1, 0},
                x.eq(Tensor.of(new long[] {large - 1, -7, 0}, 3)).toInts());
        assertArrayEquals(
                new int[] {Integer.MIN_VALUE},
                Tensor.of(new int[] {Integer.MAX_VALUE}, 1).add(1).toInts());
    }

    private static String message(Runnable mistake) {
        return assertThrows(IllegalArgumentException.class, mistake::run).getMessage();
    }

    @Example
    void mistakesAreNamed() {
        Tensor x = Tensor.zeros(DType.F32, Shape.of(2, 3));
        Tensor ints = Tensor.zeros(DType.I32, Shape.of(3));
        assertEquals(
                "add: shapes do not broadcast, 3 vs 4 (a=[2, 3], b=[4])",
                message(() -> x.add(Tensor.zeros(DType.F32, Shape.of(4)))));
        assertEquals(
                "mul: dtypes differ, F32 vs I32 (a=F32[2, 3] on reference, b=I32[3] on reference); convert with to()",
                message(() -> x.mul(ints)));
        assertEquals(
                "greater: dtypes differ, F32 vs I32 (a=F32[2, 3] on reference, b=I32[3] on reference); convert with to()",
                message(() -> x.gt(ints)));
        assertEquals("exp: needs a floating point tensor, found I32[3] on reference", message(ints::exp));
        assertEquals("pow: needs a floating point tensor, found I32[3] on reference", message(() -> ints.pow(2)));
        assertEquals("where: the condition must be I32, found F32[2, 3] on reference", message(() -> x.where(x, x)));
        assertEquals("clamp: low must not be above high, found [2.0, 1.0]", message(() -> x.clamp(2, 1)));
        message(() -> x.clamp(NAN, 1));
    }

    @Example
    void operandsOfDifferentBackendsAreRefused() {
        Tensor here = Tensor.zeros(DType.F32, Shape.of(2));
        Tensor there;
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            there = Tensor.zeros(DType.F32, Shape.of(2));
        }
        assertEquals(
                "sub: operands live on different backends (a=F32[2] on reference, b=F32[2] on reference)",
                message(() -> here.sub(there)));
        String[] messages = {
            message(() -> here.eq(there)),
            message(() -> here.eq(here).where(here, there)),
            message(() -> here.eq(here).where(there, there)),
            message(() -> here.unsqueeze(0).matmul(there.unsqueeze(1))),
            message(() -> Tensor.concat(0, here, there)),
            message(() -> here.unsqueeze(1).gatherRows(there.to(DType.I32)))
        };
        for (String each : messages) {
            assertEquals(true, each.contains("operands live on different backends"), each);
        }
    }
}
