package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.ReduceOp;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Operations that make one element of many. */
interface ReductionContract extends ContractPart {
    @Property(tries = 600)
    default void reduceAlongAnyAxes(
            @ForAll ReduceOp op,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll int axes,
            @ForAll long seed) {
        Shape reduced = reduced(shape, axes);
        // There is no largest of nothing.
        Assume.that(op == ReduceOp.SUM || shape.elements() > 0);
        Samples samples = new Samples(seed);
        HostArray values = samples.flip()
                ? samples.ordinary(DType.F32, shape.elements())
                : samples.withSpecial(DType.F32, shape.elements());
        if (op == ReduceOp.SUM) {
            leaveOutOverflow(values, shape.elements());
        }
        reduce(op, Operand.in(values, shape, from), Operand.out(DType.F32, reduced, to));
    }

    /** Whether the largest floats overflow on the way to their sum depends on the order of the additions, which is a backend's own. */
    private static void leaveOutOverflow(HostArray values, int count) {
        for (int i = 0; i < count; i++) {
            if (Math.abs(values.floats()[i]) == Float.MAX_VALUE) {
                values.floats()[i] = 1;
            }
        }
    }

    /** The shape with size 1 along the axes whose bit is set. */
    private static Shape reduced(Shape shape, int axes) {
        Shape reduced = shape;
        for (int axis = 0; axis < shape.rank(); axis++) {
            if ((axes >> axis & 1) == 1) {
                reduced = reduced.with(axis, 1);
            }
        }
        return reduced;
    }

    private void reduce(ReduceOp op, Operand x, Operand out) {
        Harness.Call call = (backend, in, outs) -> backend.reduce(op, in[0], outs[0]);
        Outcome outcome = harness().run(op.name(), call, new Operand[] {out}, x);
        if (op == ReduceOp.SUM && x.dtype().isFloating()) {
            Operand[] sums = {Operand.out(DType.F32, out.shape(), Arrangement.CONTIGUOUS)};
            // What the error of a sum is relative to, in any order of the terms.
            HostArray magnitudes = harness().expected(call, sums, x.withSign(1))[0];
            outcome.assertClose(0, magnitudes::getDouble, harness().relative(), Float.MIN_NORMAL);
        } else {
            outcome.assertEqual();
        }
    }

    @Example
    default void reduceAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            for (ReduceOp op : ReduceOp.values()) {
                for (Arrangement from : Arrangement.values()) {
                    for (int axes = 1; axes <= 3; axes++) {
                        if (size > 0) {
                            reduceAlongAnyAxes(op, Shape.of(3, size), from, Arrangement.OFFSET, axes, size);
                            reduceAlongAnyAxes(op, Shape.of(size, 3), from, Arrangement.OFFSET, axes, size);
                        }
                    }
                }
            }
        }
    }

    @Example
    default void sumOfNothingIsZero() {
        for (Shape shape : new Shape[] {Shape.of(0), Shape.of(3, 0), Shape.of(0, 3), Shape.of(2, 0, 4)}) {
            for (int axes = 0; axes < 8; axes++) {
                Operand x = Operand.in(HostArray.allocate(DType.F32, 0), shape, Arrangement.CONTIGUOUS);
                reduce(ReduceOp.SUM, x, Operand.out(DType.F32, reduced(shape, axes), Arrangement.STRIDED));
            }
        }
    }

    @Example
    default void longSumsStayExactEnough() {
        int count = 300_000;
        HostArray values = HostArray.allocate(DType.F32, count);
        for (int i = 0; i < count; i++) {
            values.setDouble(i, 0.1);
        }
        // One after the other in F32 this would be off by one part in a thousand.
        Operand row = Operand.in(values, Shape.of(count), Arrangement.OFFSET);
        reduce(ReduceOp.SUM, row, Operand.out(DType.F32, Shape.of(1), Arrangement.OFFSET));
        Operand columns = Operand.in(values, Shape.of(count / 3, 3), Arrangement.CONTIGUOUS);
        reduce(ReduceOp.SUM, columns, Operand.out(DType.F32, Shape.of(1, 3), Arrangement.OFFSET));
    }

    @Property(tries = 200)
    default void reduceOfIntegers(
            @ForAll ReduceOp op,
            @ForAll boolean wide,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll int axes,
            @ForAll long seed) {
        Assume.that(op == ReduceOp.SUM || shape.elements() > 0);
        DType dtype = wide ? DType.I64 : DType.I32;
        HostArray values = new Samples(seed).extreme(dtype, shape.elements());
        reduce(op, Operand.in(values, shape, from), Operand.out(dtype, reduced(shape, axes), to));
    }

    @Property(tries = 400)
    default void argReduceFindsTheFirst(
            @ForAll boolean largest,
            @ForAll DType dtype,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype) && shape.rank() > 0 && shape.elements() > 0);
        Samples samples = new Samples(seed);
        int axis = samples.between(0, shape.rank());
        HostArray values =
                samples.flip() ? samples.tying(dtype, shape.elements()) : samples.withSpecial(dtype, shape.elements());
        ReduceOp op = largest ? ReduceOp.MAX : ReduceOp.MIN;
        Operand[] out = {Operand.out(DType.I32, shape.with(axis, 1), to)};
        harness()
                .run(
                        "arg" + op,
                        (backend, in, outs) -> backend.argReduce(op, in[0], axis, outs[0]),
                        out,
                        Operand.in(values, shape, from))
                .assertEqual();
    }

    @Example
    default void argReduceAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            if (size > 0) {
                for (long seed = 0; seed < 8; seed++) {
                    argReduceFindsTheFirst(
                            true, DType.F32, Shape.of(size), Arrangement.OFFSET, Arrangement.OFFSET, seed);
                    argReduceFindsTheFirst(
                            false, DType.F32, Shape.of(3, size), Arrangement.COLUMNS, Arrangement.OFFSET, seed);
                }
            }
        }
    }

    @Property(tries = 400)
    default void topKInOrderAndOfEqualOnesTheFirst(
            @ForAll DType dtype,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype) && shape.rank() > 0 && shape.size(-1) > 0);
        Samples samples = new Samples(seed);
        HostArray values =
                samples.flip() ? samples.tying(dtype, shape.elements()) : samples.withSpecial(dtype, shape.elements());
        int k = samples.between(1, shape.size(-1) + 1);
        topK(Operand.in(values, shape, from), k, to);
    }

    @Example
    default void topKAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            for (int k : new int[] {1, 2, 10, size}) {
                if (k >= 1 && k <= size) {
                    topK(
                            Operand.in(
                                    new Samples(k).ordinary(DType.F32, 2 * size),
                                    Shape.of(2, size),
                                    Arrangement.COLUMNS),
                            k,
                            Arrangement.COLUMNS);
                    topK(
                            Operand.in(new Samples(k).tying(DType.F32, size), Shape.of(size), Arrangement.STRIDED),
                            k,
                            Arrangement.OFFSET);
                }
            }
        }
    }

    private void topK(Operand x, int k, Arrangement to) {
        Shape shape = x.shape().with(x.shape().rank() - 1, k);
        Operand[] out = {Operand.out(x.dtype(), shape, to), Operand.out(DType.I32, shape, Arrangement.OFFSET)};
        harness()
                .run("topK " + k, (backend, in, outs) -> backend.topK(in[0], outs[0], outs[1]), out, x)
                .assertEqual();
    }
}
