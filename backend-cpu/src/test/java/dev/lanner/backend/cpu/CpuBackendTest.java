package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import org.junit.jupiter.api.Test;

/** Operands of more than one task and block, beside the small ones of the contract suite. */
final class CpuBackendTest {
    /** Rows of 64: more than two tasks, the last one not full. */
    private static final int N = 1201;

    private static View columns(View wide, int first, int count) {
        return new View(wide.storage(), wide.layout().slice(1, first, count, 1));
    }

    private static View transposed(View x) {
        int rank = x.shape().rank();
        return new View(x.storage(), x.layout().transpose(rank - 2, rank - 1));
    }

    @Test
    void operandsBroadcast() {
        for (BinaryOp op : new BinaryOp[] {BinaryOp.ADD, BinaryOp.SUB, BinaryOp.DIV, BinaryOp.MAXIMUM}) {
            for (int[] sizes : new int[][] {{N, 64}, {64}, {N, 1}, {1, 1}}) {
                BackendCall.of((backend, operands) -> {
                            View a = operands.floats(N, 64);
                            View b = operands.floats(sizes).expand(a.shape());
                            View out = operands.floats(N, 64);
                            backend.binary(op, a, b, out);
                            backend.binary(op, b, out, out);
                            return out;
                        })
                        .assertClose(1e-6);
            }
        }
    }

    @Test
    void columnSlicesAreReadAndUpdatedInPlace() {
        BackendCall.of((backend, operands) -> {
                    View wide = operands.floats(N, 256);
                    View x = operands.floats(N, 64);
                    backend.binary(BinaryOp.ADD, columns(wide, 64, 64), x, columns(wide, 64, 64));
                    backend.binary(BinaryOp.MUL, columns(wide, 3, 50), columns(wide, 131, 50), columns(wide, 200, 50));
                    backend.unary(UnaryOp.SILU, columns(wide, 0, 63), columns(wide, 128, 63));
                    backend.unary(UnaryOp.NEG, columns(wide, 255, 1), columns(wide, 255, 1));
                    backend.copy(columns(wide, 1, 7), columns(wide, 70, 7));
                    backend.fill(0.5, columns(wide, 90, 9));
                    return wide;
                })
                .assertClose(1e-6);
    }

    @Test
    void transposedOperandsArePacked() {
        BackendCall.of((backend, operands) -> {
                    View a = transposed(operands.floats(64, N));
                    View b = operands.floats(N, 64);
                    View out = operands.floats(64, N);
                    backend.binary(BinaryOp.SUB, a, b, transposed(out));
                    backend.unary(UnaryOp.TANH, transposed(out), transposed(out));
                    backend.select(transposed(operands.ints(2, 64, N)), b, a, transposed(out));
                    return out;
                })
                .assertClose(1e-6);
    }

    @Test
    void functionsOfBroadcastNumbers() {
        BackendCall.of((backend, operands) -> {
                    View out = operands.floats(N, 64);
                    backend.unary(UnaryOp.EXP, operands.floats(N, 1).expand(out.shape()), out);
                    return out;
                })
                .assertClose(1e-6);
    }

    @Test
    void comparisonsMakeMasksForChoices() {
        for (CompareOp op : CompareOp.values()) {
            BackendCall.of((backend, operands) -> {
                        View a = operands.floats(N, 64);
                        View b = operands.floats(64).expand(a.shape());
                        View mask = operands.ints(9, N, 64);
                        View out = operands.floats(N, 64);
                        backend.compare(op, a, b, mask);
                        backend.select(mask, a, operands.floats().expand(a.shape()), out);
                        View wide = operands.ints(9, N, 70);
                        backend.compare(op, transposed(operands.floats(64, N)), b, columns(wide, 5, 64));
                        backend.binary(BinaryOp.ADD, columns(wide, 5, 64), mask, mask);
                        View sum = operands.floats(N, 64);
                        backend.copy(mask, sum);
                        backend.binary(BinaryOp.ADD, sum, out, out);
                        return out;
                    })
                    .assertClose(1e-6);
        }
    }

    @Test
    void integersOfBothWidths() {
        BackendCall.of((backend, operands) -> {
                    View a = operands.ints(1000, N, 64);
                    View wide = operands.filled(DType.I64, 3, N, 64);
                    backend.copy(a, wide);
                    backend.binary(
                            BinaryOp.MUL,
                            wide,
                            operands.filled(DType.I64, 1e12, 1, 1).expand(a.shape()),
                            wide);
                    backend.binary(
                            BinaryOp.DIV,
                            wide,
                            operands.filled(DType.I64, 7e11, N, 1).expand(a.shape()),
                            wide);
                    backend.unary(UnaryOp.NEG, wide, wide);
                    View mask = operands.ints(9, N, 64);
                    backend.compare(
                            CompareOp.LESS,
                            wide,
                            operands.filled(DType.I64, -500, 64).expand(a.shape()),
                            mask);
                    View out = operands.filled(DType.I64, 0, N, 64);
                    backend.select(mask, wide, operands.filled(DType.I64, 5, 1).expand(a.shape()), out);
                    View sums = operands.filled(DType.I64, 1, 1, 64);
                    backend.reduce(ReduceOp.SUM, out, sums);
                    return sums;
                })
                .assertClose(0);
    }

    @Test
    void integersAreNotDividedByZero() {
        try (CpuBackend backend = new CpuBackend(2)) {
            View zero = new View(HostArray.of(new int[1]), Layout.contiguous(Shape.of(1)));
            assertThrows(ArithmeticException.class, () -> backend.binary(BinaryOp.DIV, zero, zero, zero));
        }
    }

    @Test
    void copiesConvert() {
        float[] floats = {1.9f, -1.9f, Float.NaN, 3e9f, -1e30f, Float.POSITIVE_INFINITY, 0f};
        for (DType dtype : new DType[] {DType.I32, DType.I64}) {
            BackendCall.of((backend, operands) -> {
                        View x = operands.floats(floats.length);
                        backend.upload(HostArray.of(floats), x.storage(), floats.length);
                        View out = operands.filled(dtype, 9, floats.length);
                        backend.copy(x, out);
                        return out;
                    })
                    .assertClose(0);
        }
        // Between two floats, and rounded wrongly on the way through a double.
        long[] longs = {(1L << 60) + (1L << 36) + 1, Long.MAX_VALUE, -7, (1L << 24) + 1};
        BackendCall.of((backend, operands) -> {
                    View x = operands.filled(DType.I64, 0, longs.length);
                    backend.upload(HostArray.of(longs), x.storage(), longs.length);
                    View out = operands.floats(longs.length);
                    backend.copy(x, out);
                    return out;
                })
                .assertClose(0);
    }

    @Test
    void reductionsOfAnyAxes() {
        int[][] shapes = {{N, 256}, {3, 40_000}, {40_000, 3}, {5, 700, 24}, {150_000}, {30, 20, 8, 3}, {N, 64, 1}};
        for (int[] sizes : shapes) {
            for (int axes = 1; axes < 1 << sizes.length; axes++) {
                int[] reduced = sizes.clone();
                for (int axis = 0; axis < sizes.length; axis++) {
                    reduced[axis] = (axes >> axis & 1) == 1 ? 1 : sizes[axis];
                }
                for (ReduceOp op : ReduceOp.values()) {
                    BackendCall.of((backend, operands) -> {
                                View out = operands.floats(reduced);
                                backend.reduce(op, operands.floats(sizes), out);
                                return out;
                            })
                            .assertClose(op == ReduceOp.SUM ? 2e-5 : 0);
                }
            }
        }
    }

    @Test
    void reductionsOfSlicesIntoSlices() {
        for (ReduceOp op : ReduceOp.values()) {
            BackendCall.of((backend, operands) -> {
                        View wide = operands.floats(N, 200);
                        View column = operands.floats(N, 3);
                        backend.reduce(op, columns(wide, 7, 101), columns(column, 1, 1));
                        backend.reduce(op, transposed(operands.floats(70, N)), columns(column, 2, 1));
                        backend.reduce(op, operands.floats(N, 1).expand(Shape.of(N, 50)), columns(column, 0, 1));
                        View row = operands.floats(64);
                        View expanded = new View(row.storage(), row.layout().expand(Shape.of(N, 64)));
                        View sums = operands.floats(1, 64);
                        backend.reduce(op, expanded, sums);
                        View first = new View(column.storage(), column.layout().slice(0, 0, 1, 1));
                        backend.reduce(op, columns(sums, 3, 40), columns(first, 1, 1));
                        return column;
                    })
                    .assertClose(1e-5);
        }
    }

    @Test
    void longSumsStayExactEnough() {
        BackendCall.of((backend, operands) -> {
                    View out = operands.floats(1, 1);
                    backend.reduce(ReduceOp.SUM, operands.filled(DType.F32, 0.1, 1, 400_000), out);
                    return out;
                })
                .assertClose(1e-6);
        BackendCall.of((backend, operands) -> {
                    View out = operands.floats(1, 17);
                    backend.reduce(ReduceOp.SUM, operands.filled(DType.F32, 0.1, 150_000, 17), out);
                    return out;
                })
                .assertClose(1e-6);
    }

    @Test
    void extremesAndSelections() {
        BackendCall.of((backend, operands) -> {
                    View x = operands.floats(40, 3706);
                    // Many equal ones.
                    backend.copy(
                            operands.ints(50, 20, 3706),
                            new View(x.storage(), x.layout().slice(0, 0, 20, 1)));
                    backend.fill(
                            Double.NaN,
                            new View(
                                    x.storage(), x.layout().slice(1, 9, 2, 3000).slice(0, 3, 18, 2)));
                    View values = operands.floats(40, 200);
                    View indices = operands.ints(9, 40, 200);
                    backend.topK(x, values, indices);
                    View largest = operands.ints(9, 40, 1);
                    backend.argReduce(ReduceOp.MAX, x, 1, largest);
                    View smallest = operands.ints(9, 1, 3706);
                    backend.argReduce(ReduceOp.MIN, x, 0, smallest);
                    View out = operands.ints(9, 40, 3706);
                    backend.binary(BinaryOp.ADD, largest.expand(out.shape()), smallest.expand(out.shape()), out);
                    backend.binary(BinaryOp.ADD, columns(out, 5, 200), indices, columns(out, 5, 200));
                    return out;
                })
                .assertClose(0);
    }

    @Test
    void matricesOfABatch() {
        for (int[] sizes : new int[][] {{4, 30, 20}, {1, 30, 20}}) {
            BackendCall.of((backend, operands) -> {
                        View a = operands.floats(4, 50, 30);
                        View b = operands.floats(sizes).expand(Shape.of(4, 30, 20));
                        View out = operands.floats(4, 50, 20);
                        backend.matmul(1.5, a, b, 0, out);
                        backend.matmul(1, transposed(operands.floats(4, 30, 50)), b, -0.5, out);
                        // Neither rows nor columns of the result are adjacent.
                        View turned = new View(
                                out.storage(), out.layout().slice(1, 0, 20, 2).transpose(1, 2));
                        View left = operands.floats(1, 20, 6).expand(Shape.of(4, 20, 6));
                        backend.matmul(1, left, operands.floats(4, 6, 20), 2, turned);
                        return out;
                    })
                    .assertClose(1e-5);
        }
    }

    @Test
    void productsOverNothingAreZero() {
        BackendCall.of((backend, operands) -> {
                    View out = operands.floats(3, 5, 4);
                    backend.matmul(1, operands.floats(3, 5, 0), operands.floats(3, 0, 4), 0, out);
                    return out;
                })
                .assertClose(0);
    }

    @Test
    void rowsAreGatheredAndScattered() {
        for (int width : new int[] {1, 16, 50, 64, 100}) {
            BackendCall.of((backend, operands) -> {
                        View table = operands.floats(300, width + 5);
                        View indices = operands.ints(300, N);
                        View picked = operands.floats(N, width);
                        backend.gatherRows(columns(table, 2, width), indices, picked);
                        // Each row several times, so that the order of the sums shows in the bits.
                        backend.scatterAddRows(picked, indices, columns(table, 3, width));
                        View turned = transposed(operands.floats(width, N));
                        backend.gatherRows(columns(table, 0, width), indices, turned);
                        View every = operands.ints(300, 2 * N);
                        View second = new View(every.storage(), every.layout().slice(0, 1, N, 2));
                        backend.scatterAddRows(turned, second, columns(table, 1, width));
                        return table;
                    })
                    .assertClose(1e-5);
        }
    }

    @Test
    void integerRowsAreGatheredAndScattered() {
        BackendCall.of((backend, operands) -> {
                    View table = operands.ints(1000, 300, 3);
                    View indices = operands.ints(300, N);
                    View picked = operands.ints(9, N, 3);
                    backend.gatherRows(table, indices, picked);
                    backend.scatterAddRows(picked, indices, table);
                    return table;
                })
                .assertClose(0);
    }

    @Test
    void drawsAreThoseOfTheStream() {
        RandomKey key = new RandomKey(5, 6, 7);
        for (RandomOp op : RandomOp.values()) {
            DType dtype = op == RandomOp.UNIFORM_INT ? DType.I32 : DType.F32;
            double a = op == RandomOp.DROPOUT_MASK ? 0.2 : 1;
            BackendCall.of((backend, operands) -> {
                        View out = operands.filled(dtype, 0, 500, 81);
                        backend.random(op, key, a, 9, out);
                        backend.random(op, key.withStream(8), a, 9, columns(out, 11, 60));
                        return out;
                    })
                    .assertClose(0);
        }
    }
}
