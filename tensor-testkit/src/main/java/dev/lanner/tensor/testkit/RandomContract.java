package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random numbers: the same bits on every backend, however the work is split. */
interface RandomContract extends ContractPart {
    @Property(tries = 300)
    default void drawsTheBitsOfDraws(
            @ForAll RandomOp op,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement to,
            @ForAll long keySeed,
            @ForAll int step,
            @ForAll int stream,
            @ForAll long seed) {
        random(op, shape, to, new RandomKey(keySeed, step, stream), new Samples(seed));
    }

    @Example
    default void drawsTheBitsOfDrawsAtAwkwardSizes() {
        for (RandomOp op : RandomOp.values()) {
            for (int size : Samples.SIZES) {
                random(op, Shape.of(size), Arrangement.OFFSET, RandomKey.of(size), new Samples(size));
            }
            random(op, Shape.of(40_001), Arrangement.CONTIGUOUS, RandomKey.of(-1), new Samples(1));
        }
    }

    private void random(RandomOp op, Shape shape, Arrangement to, RandomKey key, Samples samples) {
        boolean whole = op == RandomOp.UNIFORM_INT;
        double a = whole
                ? samples.between(-1000, 0)
                : op == RandomOp.DROPOUT_MASK ? samples.uniform(0, 1) : samples.uniform(-3, 0);
        double b = whole ? samples.between(1, 1_000_000) : samples.uniform(0.1, 3);
        Operand out = Operand.out(whole ? DType.I32 : DType.F32, shape, to);
        String what = op + " " + a + ", " + b + " of " + key;
        HostArray actual = harness()
                .run(what, (backend, in, outs) -> backend.random(op, key, a, b, outs[0]), new Operand[] {out})
                .actual()[0];
        HostArray expected = inPieces(op, key, a, b, shape.elements(), samples);
        for (int i = 0; i < shape.elements(); i++) {
            assertEquals(expected.getDouble(i), actual.getDouble(i), what + ", out " + out + ", element " + i);
        }
    }

    /** Drawn in pieces of any length, as threads would. */
    private static HostArray inPieces(RandomOp op, RandomKey key, double a, double b, int count, Samples samples) {
        HostArray drawn = HostArray.allocate(op == RandomOp.UNIFORM_INT ? DType.I32 : DType.F32, count);
        for (int first = 0; first < count; ) {
            int length = Math.min(count - first, samples.between(1, 5000));
            if (op == RandomOp.UNIFORM_INT) {
                Draws.ints(key, (int) a, (int) b, first, drawn.ints(), first, length);
            } else {
                Draws.floats(op, key, a, b, first, drawn.floats(), first, length);
            }
            first += length;
        }
        return drawn;
    }
}
