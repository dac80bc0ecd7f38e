package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Rows of tables picked, and summed into, by index. */
interface RowContract extends ContractPart {
    @Property(tries = 300)
    default void gatherPicksRows(
            @ForAll DType dtype,
            @ForAll @IntRange(min = 1, max = 20) int tableRows,
            @ForAll @IntRange(max = 40) int rows,
            @ForAll @IntRange(max = 40) int width,
            @ForAll Arrangement from,
            @ForAll Arrangement indicesFrom,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype));
        Samples samples = new Samples(seed);
        Shape shape = Shape.of(tableRows, width);
        HostArray values = samples.withSpecial(dtype, shape.elements());
        gather(
                Operand.in(values, shape, from),
                Operand.in(samples.integers(DType.I32, rows, 0, tableRows), Shape.of(rows), indicesFrom),
                Operand.out(dtype, Shape.of(rows, width), to));
    }

    private void gather(Operand table, Operand indices, Operand out) {
        harness()
                .run(
                        "gatherRows",
                        (backend, in, outs) -> backend.gatherRows(in[0], in[1], outs[0]),
                        new Operand[] {out},
                        table,
                        indices)
                .assertEqual();
    }

    @Property(tries = 300)
    default void scatterAddsRowsInOrder(
            @ForAll @IntRange(min = 1, max = 20) int tableRows,
            @ForAll @IntRange(max = 60) int rows,
            @ForAll @IntRange(max = 40) int width,
            @ForAll Arrangement from,
            @ForAll Arrangement indicesFrom,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        // Magnitudes far apart: the bits of a sum tell the order in which it was made.
        HostArray values = samples.floating(DType.F32, rows * width, -1, 1);
        for (int i = 0; i < rows * width; i++) {
            values.setDouble(i, values.getDouble(i) * Math.pow(10, samples.between(0, 7)));
        }
        Shape table = Shape.of(tableRows, width);
        scatter(
                Operand.in(values, Shape.of(rows, width), from),
                Operand.in(samples.integers(DType.I32, rows, 0, tableRows), Shape.of(rows), indicesFrom),
                Operand.inOut(
                        samples.ordinary(DType.F32, table.elements()), table, to.repeats() ? Arrangement.COLUMNS : to));
    }

    private void scatter(Operand rows, Operand indices, Operand out) {
        harness()
                .run(
                        "scatterAddRows",
                        (backend, in, outs) -> backend.scatterAddRows(in[0], in[1], outs[0]),
                        new Operand[] {out},
                        rows,
                        indices)
                .assertEqual();
    }

    @Example
    default void manyRowsAtAwkwardWidths() {
        for (int width : Samples.SIZES) {
            Samples samples = new Samples(width);
            int rows = 700;
            int tableRows = 11;
            Shape shape = Shape.of(rows, width);
            Shape table = Shape.of(tableRows, width);
            Operand indices =
                    Operand.in(samples.integers(DType.I32, rows, 0, tableRows), Shape.of(rows), Arrangement.OFFSET);
            Operand values = Operand.in(samples.ordinary(DType.F32, table.elements()), table, Arrangement.COLUMNS);
            gather(values, indices, Operand.out(DType.F32, shape, Arrangement.OFFSET));
            Operand added = Operand.in(samples.ordinary(DType.F32, shape.elements()), shape, Arrangement.COLUMNS);
            scatter(
                    added,
                    indices,
                    Operand.inOut(samples.ordinary(DType.F32, table.elements()), table, Arrangement.OFFSET));
        }
    }

    @Example
    default void everyRowIntoOneIsSummedInAscendingOrder() {
        int rows = 4000;
        HostArray values = HostArray.allocate(DType.F32, rows);
        for (int i = 0; i < rows; i++) {
            values.setDouble(i, i % 2 == 0 ? 1e8 : -1e8 + i);
        }
        Operand one = Operand.inOut(HostArray.of(new float[] {0.5f}), Shape.of(1, 1), Arrangement.OFFSET);
        HostArray zeros = HostArray.allocate(DType.I32, rows);
        scatter(
                Operand.in(values, Shape.of(rows, 1), Arrangement.CONTIGUOUS),
                Operand.in(zeros, Shape.of(rows), Arrangement.CONTIGUOUS),
                one);
    }

    /** A device sorts the indices by counting them in runs, and adds the counts up in blocks: more of each than one takes. */
    @Example
    default void manyRowsIntoFewAndFewIntoMany() {
        for (int[] size : new int[][] {{300_001, 61}, {701, 40_003}}) {
            int rows = size[0];
            Shape table = Shape.of(size[1], 1);
            Samples samples = new Samples(rows);
            scatter(
                    Operand.in(samples.ordinary(DType.F32, rows), Shape.of(rows, 1), Arrangement.CONTIGUOUS),
                    Operand.in(samples.integers(DType.I32, rows, 0, size[1]), Shape.of(rows), Arrangement.CONTIGUOUS),
                    Operand.inOut(samples.ordinary(DType.F32, size[1]), table, Arrangement.CONTIGUOUS));
        }
    }

    @Property(tries = 200)
    default void scatterAddsIntegersExactly(
            @ForAll boolean wide,
            @ForAll @IntRange(max = 40) int rows,
            @ForAll @IntRange(max = 20) int width,
            @ForAll long seed) {
        DType dtype = wide ? DType.I64 : DType.I32;
        Samples samples = new Samples(seed);
        Shape table = Shape.of(5, width);
        scatter(
                Operand.in(samples.ordinary(dtype, rows * width), Shape.of(rows, width), Arrangement.COLUMNS),
                Operand.in(samples.integers(DType.I32, rows, 0, 5), Shape.of(rows), Arrangement.CONTIGUOUS),
                Operand.inOut(samples.ordinary(dtype, table.elements()), table, Arrangement.COLUMNS));
    }
}
