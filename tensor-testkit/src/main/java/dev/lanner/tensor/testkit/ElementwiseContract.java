package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.UnaryOp;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Functions of one element, of pairs, comparisons and choices. */
interface ElementwiseContract extends ContractPart {
    /** Absolute room beside the smallest normal numbers, where some kernels already give 0. */
    double TINY = 4 * Float.MIN_NORMAL;

    /** Absolute room for functions whose values are of order 1 whatever their input. */
    double SATURATING = 1e-7;

    @Property(tries = 600)
    default void unaryOnEveryLayout(
            @ForAll UnaryOp op,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll long seed) {
        HostArray values = new Samples(seed).withSpecial(DType.F32, shape.elements());
        unary(op, Operand.in(values, shape, from), Operand.out(DType.F32, shape, to));
    }

    @Example
    default void unaryAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            for (UnaryOp op : UnaryOp.values()) {
                for (Arrangement from :
                        new Arrangement[] {Arrangement.CONTIGUOUS, Arrangement.OFFSET, Arrangement.STRIDED}) {
                    Shape shape = Shape.of(size);
                    HostArray values = new Samples(size).withSpecial(DType.F32, size);
                    unary(op, Operand.in(values, shape, from), Operand.out(DType.F32, shape, Arrangement.OFFSET));
                }
            }
        }
    }

    @Example
    default void unaryOverItsWholeRange() {
        for (UnaryOp op : UnaryOp.values()) {
            float[] values = new float[2001];
            for (int i = 0; i < values.length; i++) {
                values[i] = (i - 1000) * 0.0805f;
            }
            unary(op, values);
            float[] small = new float[121];
            for (int i = 0; i < small.length; i++) {
                small[i] = (i % 2 == 0 ? 1 : -1) * (float) Math.pow(10, -i / 4.0);
            }
            unary(op, small);
            float[] nearOne = new float[121];
            for (int i = 0; i < nearOne.length; i++) {
                nearOne[i] = 1 + (i % 2 == 0 ? 1 : -1) * (float) Math.pow(10, -i / 20.0);
            }
            unary(op, nearOne);
        }
    }

    private static Operand row(int size) {
        return Operand.out(DType.F32, Shape.of(size), Arrangement.CONTIGUOUS);
    }

    private void unary(UnaryOp op, float... values) {
        Operand x = Operand.in(HostArray.of(values), Shape.of(values.length), Arrangement.CONTIGUOUS);
        unary(op, x, row(values.length));
    }

    private void unary(UnaryOp op, Operand x, Operand out) {
        check(
                op,
                harness()
                        .run(
                                op.name(),
                                (backend, in, outs) -> backend.unary(op, in[0], outs[0]),
                                new Operand[] {out},
                                x));
    }

    private void check(UnaryOp op, Outcome outcome) {
        switch (op) {
            case NEG, ABS, SIGN, RELU -> outcome.assertEqual();
            case SQUARE, SQRT, RECIPROCAL, EXP -> outcome.assertClose(harness().relative(), TINY);
            case LOG, TANH, SIGMOID, SILU, ERF -> outcome.assertClose(harness().relative(), SATURATING);
        }
    }

    @Property(tries = 200)
    default void unaryInPlace(
            @ForAll UnaryOp op,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement at,
            @ForAll long seed) {
        Assume.that(!at.repeats());
        HostArray values = new Samples(seed).withSpecial(DType.F32, shape.elements());
        Operand x = Operand.inOut(values, shape, at);
        check(op, harness().runInPlace(op.name(), (backend, in, out) -> backend.unary(op, in[0], out[0]), x));
    }

    @Property(tries = 200)
    default void unaryOfIntegers(
            @ForAll UnaryOp op,
            @ForAll boolean wide,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(op.takesIntegers());
        DType dtype = wide ? DType.I64 : DType.I32;
        Operand x = Operand.in(new Samples(seed).extreme(dtype, shape.elements()), shape, from);
        Operand[] out = {Operand.out(dtype, shape, to)};
        harness()
                .run(op.name(), (backend, in, outs) -> backend.unary(op, in[0], outs[0]), out, x)
                .assertEqual();
    }

    @Property(tries = 600)
    default void binaryOnEveryLayout(
            @ForAll BinaryOp op,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement fromA,
            @ForAll Arrangement fromB,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Operand[] in = pair(op, shape, fromA, fromB, seed);
        Operand[] out = {Operand.out(DType.F32, shape, to)};
        check(
                op,
                harness().run(op.name(), (backend, ins, outs) -> backend.binary(op, ins[0], ins[1], outs[0]), out, in));
    }

    @Example
    default void binaryAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            for (BinaryOp op : BinaryOp.values()) {
                for (Arrangement from : Arrangement.values()) {
                    binaryOnEveryLayout(op, Shape.of(size), from, Arrangement.CONTIGUOUS, Arrangement.OFFSET, size);
                    binaryOnEveryLayout(op, Shape.of(size), Arrangement.OFFSET, from, Arrangement.CONTIGUOUS, size);
                }
            }
        }
    }

    @Property(tries = 200)
    default void binaryInPlace(
            @ForAll BinaryOp op,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement at,
            @ForAll Arrangement fromB,
            @ForAll long seed) {
        Assume.that(!at.repeats());
        Operand[] in = pair(op, shape, at, fromB, seed);
        Operand inOut = Operand.inOut(in[0].values(), shape, at);
        check(
                op,
                harness()
                        .runInPlace(
                                op.name(),
                                (backend, ins, out) -> backend.binary(op, ins[0], ins[1], out[0]),
                                inOut,
                                in[1]));
    }

    /** Signs and zeros by the integral exponents that derivatives of powers have. */
    @Example
    default void powersOfNegativeNumbersAndZero() {
        float[] bases = {-2, -2, -2, -2, -2, -2, -1.5f, 0, 0, 0, 3, -2, -2, Float.NaN, -1};
        float[] exponents = {-3, -2, -1, 0, 1, 2, 3, 0, 1, 2, 0, 0.5f, -1.5f, 0, 0x1p24f};
        Shape shape = Shape.of(bases.length);
        check(
                BinaryOp.POW,
                harness()
                        .run(
                                "POW",
                                (backend, in, out) -> backend.binary(BinaryOp.POW, in[0], in[1], out[0]),
                                new Operand[] {Operand.out(DType.F32, shape, Arrangement.CONTIGUOUS)},
                                Operand.in(HostArray.of(bases), shape, Arrangement.CONTIGUOUS),
                                Operand.in(HostArray.of(exponents), shape, Arrangement.CONTIGUOUS)));
    }

    private static Operand[] pair(BinaryOp op, Shape shape, Arrangement fromA, Arrangement fromB, long seed) {
        Samples samples = new Samples(seed);
        int count = shape.elements();
        // Powers of 1 to NaN and of infinities differ between languages: nobody relies on them.
        HostArray a =
                op == BinaryOp.POW ? samples.floating(DType.F32, count, 0.1, 4) : samples.withSpecial(DType.F32, count);
        HostArray b = op == BinaryOp.POW ? samples.ordinary(DType.F32, count) : samples.withSpecial(DType.F32, count);
        return new Operand[] {Operand.in(a, shape, fromA), Operand.in(b, shape, fromB)};
    }

    private void check(BinaryOp op, Outcome outcome) {
        switch (op) {
            case MAXIMUM, MINIMUM -> outcome.assertEqual();
            case ADD, SUB, MUL, DIV, POW -> outcome.assertClose(harness().relative(), TINY);
        }
    }

    @Property(tries = 200)
    default void binaryOfIntegers(
            @ForAll BinaryOp op,
            @ForAll boolean wide,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement fromA,
            @ForAll Arrangement fromB,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(op != BinaryOp.POW);
        DType dtype = wide ? DType.I64 : DType.I32;
        Samples samples = new Samples(seed);
        HostArray a = samples.extreme(dtype, shape.elements());
        // The quotient by 0 is not defined.
        HostArray b = op == BinaryOp.DIV
                ? samples.integers(dtype, shape.elements(), 1, 100)
                : samples.extreme(dtype, shape.elements());
        Operand[] out = {Operand.out(dtype, shape, to)};
        harness()
                .run(
                        op.name(),
                        (backend, in, outs) -> backend.binary(op, in[0], in[1], outs[0]),
                        out,
                        Operand.in(a, shape, fromA),
                        Operand.in(b, shape, fromB))
                .assertEqual();
    }

    @Property(tries = 400)
    default void compareOnEveryLayout(
            @ForAll CompareOp op,
            @ForAll DType dtype,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement fromA,
            @ForAll Arrangement fromB,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype));
        Samples samples = new Samples(seed);
        Operand a = Operand.in(comparable(samples, dtype, shape.elements()), shape, fromA);
        Operand b = Operand.in(comparable(samples, dtype, shape.elements()), shape, fromB);
        Operand[] out = {Operand.out(DType.I32, shape, to)};
        harness()
                .run(op.name(), (backend, in, outs) -> backend.compare(op, in[0], in[1], outs[0]), out, a, b)
                .assertEqual();
    }

    private static HostArray comparable(Samples samples, DType dtype, int count) {
        if (samples.flip()) {
            return samples.tying(dtype, count);
        }
        return dtype.isFloating() ? samples.withSpecial(dtype, count) : samples.extreme(dtype, count);
    }

    @Example
    default void compareAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            for (CompareOp op : CompareOp.values()) {
                for (DType dtype : new DType[] {DType.F32, DType.I32, DType.I64}) {
                    compareOnEveryLayout(
                            op,
                            dtype,
                            Shape.of(size),
                            Arrangement.CONTIGUOUS,
                            Arrangement.CONTIGUOUS,
                            Arrangement.OFFSET,
                            size);
                    compareOnEveryLayout(
                            op,
                            dtype,
                            Shape.of(size),
                            Arrangement.OFFSET,
                            Arrangement.BROADCAST_ALL,
                            Arrangement.OFFSET,
                            size);
                }
            }
        }
    }

    @Property(tries = 300)
    default void selectOnEveryLayout(
            @ForAll DType dtype,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement fromCondition,
            @ForAll Arrangement fromA,
            @ForAll Arrangement fromB,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype));
        Samples samples = new Samples(seed);
        Operand condition = Operand.in(samples.integers(DType.I32, shape.elements(), -1, 2), shape, fromCondition);
        Operand a = Operand.in(comparable(samples, dtype, shape.elements()), shape, fromA);
        Operand b = Operand.in(comparable(samples, dtype, shape.elements()), shape, fromB);
        Operand[] out = {Operand.out(dtype, shape, to)};
        harness()
                .run(
                        "select",
                        (backend, in, outs) -> backend.select(in[0], in[1], in[2], outs[0]),
                        out,
                        condition,
                        a,
                        b)
                .assertEqual();
    }

    @Example
    default void selectAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            for (Arrangement from : Arrangement.values()) {
                selectOnEveryLayout(
                        DType.F32,
                        Shape.of(size),
                        Arrangement.CONTIGUOUS,
                        from,
                        Arrangement.BROADCAST_ALL,
                        Arrangement.OFFSET,
                        size);
                selectOnEveryLayout(
                        DType.I64,
                        Shape.of(size),
                        from,
                        Arrangement.CONTIGUOUS,
                        Arrangement.CONTIGUOUS,
                        Arrangement.OFFSET,
                        size);
            }
        }
    }
}
