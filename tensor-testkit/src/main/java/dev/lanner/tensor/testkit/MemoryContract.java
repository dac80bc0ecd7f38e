package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import java.util.Arrays;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Storage, and the operations that move elements without computing. */
interface MemoryContract extends ContractPart {
    @Example
    default void hasNameAndTheDtypesOfTraining() {
        Backend backend = harness().backend();
        assertFalse(backend.name().isBlank());
        assertTrue(backend.supports(DType.F32), "F32: parameters and activations");
        assertTrue(backend.supports(DType.I32), "I32: indices and masks");
        assertTrue(backend.supports(DType.I64), "I64: timestamps");
    }

    @Property(tries = 200)
    default void downloadGivesWhatWasUploaded(@ForAll DType dtype, @ForAll long seed) {
        Backend backend = harness().backend();
        Assume.that(backend.supports(dtype));
        Samples samples = new Samples(seed);
        int count = Samples.SIZES[samples.between(0, Samples.SIZES.length)];
        HostArray values = dtype.isFloating() ? samples.withSpecial(dtype, count) : samples.extreme(dtype, count);
        Storage storage = backend.allocate(dtype, count);
        assertEquals(dtype, storage.dtype());
        backend.upload(values, storage, count);
        int offset = samples.between(0, count + 1);
        HostArray found = HostArray.allocate(dtype, count);
        backend.download(storage, offset, found, count - offset);
        for (int i = 0; i < count - offset; i++) {
            assertTrue(Operand.sameBits(values, offset + i, found, i), dtype + " element " + (offset + i));
        }
        backend.release(storage);
    }

    @Example
    default void storagesThatLiveTogetherDoNotOverlap() {
        Backend backend = harness().backend();
        for (int size : Samples.SIZES) {
            // A storage that was given back may be handed out again, but only once.
            backend.release(backend.allocate(DType.F32, size));
            Storage first = backend.allocate(DType.F32, size);
            Storage second = backend.allocate(DType.F32, size);
            float[] ones = filled(size, 1);
            float[] twos = filled(size, 2);
            backend.upload(HostArray.of(ones), first, size);
            backend.upload(HostArray.of(twos), second, size);
            float[] found = new float[size];
            backend.download(first, 0, HostArray.of(found), size);
            assertArrayEquals(ones, found);
            backend.release(first);
            backend.release(second);
        }
    }

    @Example
    default void releasedStoragesAreMarked() {
        Backend backend = harness().backend();
        for (int size : Samples.SIZES) {
            Storage released = backend.allocate(DType.F32, size);
            assertFalse(released.isReleased());
            backend.release(released);
            assertTrue(released.isReleased());
            assertThrows(IllegalStateException.class, () -> backend.release(released));
            // Of the same memory perhaps.
            Storage next = backend.allocate(DType.F32, size);
            assertFalse(next.isReleased());
            assertTrue(released.isReleased());
            backend.release(next);
        }
    }

    private static float[] filled(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }

    @Property(tries = 300)
    default void copyMovesElementsBetweenLayouts(
            @ForAll DType dtype,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype));
        Samples samples = new Samples(seed);
        int count = shape.elements();
        HostArray values = dtype.isFloating() ? samples.withSpecial(dtype, count) : samples.extreme(dtype, count);
        copy(Operand.in(values, shape, from), Operand.out(dtype, shape, to));
    }

    @Property(tries = 300)
    default void copyConverts(
            @ForAll DType x,
            @ForAll DType out,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement from,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(x) && harness().backend().supports(out));
        HostArray values = new Samples(seed).floating(x, shape.elements(), -1e6, 1e6);
        copy(Operand.in(values, shape, from), Operand.out(out, shape, to));
    }

    @Example
    default void copyRoundsIntegersToTheNearestFloatAndCutsFloats() {
        // The first long lies just above the middle of two floats: rounding to a double on the way would lose that.
        long[] longs = {(1L << 53) + (1L << 29) + 1, Long.MAX_VALUE, -(1L << 60) - 1, 16_777_217, 1L << 31};
        int[] ints = {16_777_217, 16_777_219, Integer.MAX_VALUE, Integer.MIN_VALUE, -1};
        float[] floats = {1.9f, -1.9f, 0.999f, -16_777_216f, 2.0e9f};
        Shape shape = Shape.of(5);
        for (DType out : new DType[] {DType.F32, DType.I32, DType.I64}) {
            if (out != DType.I32) {
                copy(
                        Operand.in(HostArray.of(longs), shape, Arrangement.STRIDED),
                        Operand.out(out, shape, Arrangement.OFFSET));
            }
            copy(
                    Operand.in(HostArray.of(ints), shape, Arrangement.OFFSET),
                    Operand.out(out, shape, Arrangement.STRIDED));
            copy(
                    Operand.in(HostArray.of(floats), shape, Arrangement.OFFSET),
                    Operand.out(out, shape, Arrangement.STRIDED));
        }
    }

    private void copy(Operand x, Operand out) {
        harness()
                .run("copy", (backend, in, outs) -> backend.copy(in[0], outs[0]), new Operand[] {out}, x)
                .assertEqual();
    }

    @Property(tries = 200)
    default void fillSetsEveryElement(
            @ForAll DType dtype,
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll Arrangement to,
            @ForAll long seed) {
        Assume.that(harness().backend().supports(dtype));
        HostArray value = new Samples(seed).withSpecial(dtype, 1);
        harness()
                .run("fill", (backend, in, out) -> backend.fill(value.getDouble(0), out[0]), new Operand[] {
                    Operand.out(dtype, shape, to)
                })
                .assertEqual();
    }
}
