package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ViewsTest extends OnReference {
    private static Tensor counting(int... sizes) {
        int count = Shape.of(sizes).elements();
        return Tensor.arange(DType.F64, count).reshape(sizes);
    }

    private static String message(Runnable mistake) {
        return assertThrows(ShapeException.class, mistake::run).getMessage();
    }

    @Test
    void viewsShareStorage() {
        Tensor x = counting(2, 3);
        for (Tensor view : new Tensor[] {
            x.reshape(6),
            x.transpose(),
            x.narrow(1, 1, 2),
            x.slice(1, 0, 3, 2),
            x.unsqueeze(0),
            x.expand(Shape.of(4, 2, 3)),
            x.detach()
        }) {
            assertSame(x.view().storage(), view.view().storage(), view::toString);
        }
    }

    @Test
    void transposeSwapsAxes() {
        assertArrayEquals(
                new double[] {0, 3, 1, 4, 2, 5}, counting(2, 3).transpose().toDoubles());
        Tensor x = counting(2, 3, 4).transpose(0, -1);
        assertEquals(Shape.of(4, 3, 2), x.shape());
        assertEquals(
                1 * 12 + 2 * 4 + 3,
                x.narrow(0, 3, 1).narrow(1, 2, 1).narrow(2, 1, 1).item());
    }

    @Test
    void reshapeInfersOneSize() {
        assertEquals(Shape.of(3, 2), counting(2, 3).reshape(3, -1).shape());
        assertEquals(Shape.of(), counting(1).reshape().shape());
        assertEquals(
                Shape.of(4, 0),
                Tensor.zeros(DType.F32, Shape.of(0)).reshape(4, -1).shape());
        assertEquals(
                "reshape: only one size may be -1, found [-1, -1]",
                message(() -> counting(4).reshape(-1, -1)));
        assertEquals(
                "reshape: 6 elements do not fill [4, -1] (shape=[2, 3])",
                message(() -> counting(2, 3).reshape(4, -1)));
        assertEquals(
                "reshape: 6 elements do not fill [5] (shape=[2, 3])",
                message(() -> counting(2, 3).reshape(5)));
        assertEquals(
                "reshape: -1 is ambiguous beside a size of 0 in [0, -1]",
                message(() -> Tensor.zeros(DType.F32, Shape.of(0)).reshape(0, -1)));
        assertEquals(
                "shape: sizes must not be negative, found [-2, -3]",
                message(() -> counting(6).reshape(-2, -3)));
    }

    @Test
    void reshapeCopiesWhereNoLayoutWillDo() {
        Tensor x = counting(2, 3);
        Tensor flat = x.transpose().reshape(6);
        assertNotSame(x.view().storage(), flat.view().storage());
        assertArrayEquals(new double[] {0, 3, 1, 4, 2, 5}, flat.toDoubles());
    }

    @Test
    void contiguousCopiesOnlyWhereNeeded() {
        Tensor x = counting(2, 3);
        assertSame(x, x.contiguous());
        assertSame(x.view().storage(), x.narrow(0, 1, 1).contiguous().view().storage());
        assertEquals(
                Layout.contiguous(Shape.of(3, 2)),
                x.transpose().contiguous().view().layout());
    }

    @Test
    void sliceTakesEveryStep() {
        assertArrayEquals(new double[] {1, 4}, counting(6).slice(0, 1, 6, 3).toDoubles());
        assertArrayEquals(new double[] {1, 3, 5}, counting(6).slice(0, 1, 6, 2).toDoubles());
        assertEquals(0, counting(6).slice(0, 6, 6, 1).shape().elements());
        assertEquals(1, counting(6).slice(0, 2, 6, Integer.MAX_VALUE).shape().elements());
        assertEquals(
                "slice: [1, 7) by 1 is not within axis 0 of [6]",
                message(() -> counting(6).slice(0, 1, 7, 1)));
        assertEquals(
                "slice: [4, 2) by 1 is not within axis 0 of [6]",
                message(() -> counting(6).slice(0, 4, 2, 1)));
        assertEquals(
                "slice: [0, 6) by 0 is not within axis 0 of [6]",
                message(() -> counting(6).slice(0, 0, 6, 0)));
        message(() -> counting(6).narrow(0, -1, 2));
        message(() -> counting(6).narrow(0, 5, Integer.MAX_VALUE));
    }

    @Test
    void splitCutsAlongAnAxis() {
        Tensor[] parts = counting(2, 5).split(1, 2, 0, 3);
        assertArrayEquals(new double[] {0, 1, 5, 6}, parts[0].toDoubles());
        assertEquals(Shape.of(2, 0), parts[1].shape());
        assertArrayEquals(new double[] {2, 3, 4, 7, 8, 9}, parts[2].toDoubles());
        assertEquals(
                "split: lengths [2, 2] do not add up to axis -1 of [2, 5]",
                message(() -> counting(2, 5).split(-1, 2, 2)));
    }

    @Test
    void unbindTakesAnAxisApart() {
        Tensor[] rows = counting(2, 3).unbind(0);
        assertEquals(2, rows.length);
        assertEquals(Shape.of(3), rows[1].shape());
        assertArrayEquals(new double[] {3, 4, 5}, rows[1].toDoubles());
        Tensor[] columns = counting(2, 3).transpose().unbind(-2);
        assertArrayEquals(new double[] {2, 5}, columns[2].toDoubles());
        assertEquals(0, counting(2, 0).unbind(1).length);
        assertThrows(ShapeException.class, () -> counting(2, 3).unbind(2));
    }

    @Test
    void squeezeAndUnsqueezeAreInverse() {
        Tensor x = counting(2, 3);
        for (int axis = -3; axis <= 2; axis++) {
            Tensor wide = x.unsqueeze(axis);
            assertEquals(1, wide.size(axis));
            assertEquals(x.shape(), wide.squeeze(axis).shape());
        }
        assertEquals("squeeze: axis 1 has size 3, not 1 (shape=[2, 3])", message(() -> x.squeeze(1)));
        assertEquals("unsqueeze: axis 3 is outside of rank 3 (shape=[2, 3])", message(() -> x.unsqueeze(3)));
    }

    @Test
    void concatJoinsAndStackAddsAnAxis() {
        Tensor a = counting(2, 1);
        Tensor b = counting(2, 2);
        assertArrayEquals(
                new double[] {0, 0, 1, 1, 2, 3}, Tensor.concat(1, a, b).toDoubles());
        assertArrayEquals(
                new double[] {0, 0, 1, 1, 2, 3}, Tensor.concat(-1, a, b).toDoubles());
        Tensor stacked = Tensor.stack(-1, b, b.add(10));
        assertEquals(Shape.of(2, 2, 2), stacked.shape());
        assertArrayEquals(new double[] {0, 10, 1, 11, 2, 12, 3, 13}, stacked.toDoubles());
        assertEquals(
                Shape.of(3),
                Tensor.stack(
                                0,
                                counting(1).reshape(),
                                counting(1).reshape(),
                                counting(1).reshape())
                        .shape());
        assertEquals("concat: needs at least one tensor", message(() -> Tensor.concat(0)));
        assertEquals(
                "concat: F64[2, 2] on reference does not fit F64[2, 1] on reference along axis 0",
                message(() -> Tensor.concat(0, a, b)));
        message(() -> Tensor.concat(0, a, a.to(DType.F32)));
    }

    @Test
    void toConverts() {
        Tensor x = Tensor.of(new double[] {1.9, -1.9, 2.5}, 3);
        assertArrayEquals(new int[] {1, -1, 2}, x.to(DType.I32).toInts());
        assertArrayEquals(new long[] {1, -1, 2}, x.to(DType.I64).toLongs());
        assertArrayEquals(new float[] {1.9f, -1.9f, 2.5f}, x.to(DType.F32).toFloats());
        assertSame(x, x.to(DType.F64));
        // Just above the middle of two floats: rounding to a double on the way would fall below.
        long between = (1L << 53) + (1L << 29) + 1;
        assertArrayEquals(
                new float[] {0x1p53f + 0x1p30f},
                Tensor.of(new long[] {between}, 1).to(DType.F32).toFloats());
        long large = (1L << 60) + 1;
        assertArrayEquals(
                new long[] {large},
                Tensor.of(new long[] {large}, 1, 1)
                        .expand(Shape.of(1, 1))
                        .transpose()
                        .toLongs());
    }

    @Test
    void readingChecksTheDtypeAndTheCount() {
        Tensor x = counting(2, 2);
        assertEquals("read: the tensor is F64, not F32; convert with to()", message(x::toFloats));
        assertEquals("item: needs exactly one element (shape=[2, 2])", message(x::item));
        assertEquals(3, x.narrow(0, 1, 1).narrow(1, 1, 1).item());
        assertEquals("of: 3 values do not fill shape [2, 2]", message(() -> Tensor.of(new float[3], 2, 2)));
    }

    @Test
    void assignTakesAnotherViewOfTheSameElements() {
        Tensor x = counting(3, 3);
        double[] transposed = x.transpose().toDoubles();
        x.assign(x.transpose());
        assertArrayEquals(transposed, x.toDoubles());
        Tensor y = counting(4);
        double[] values = y.toDoubles();
        y.narrow(0, 1, 3).assign(y.narrow(0, 0, 3));
        assertArrayEquals(new double[] {values[0], values[0], values[1], values[2]}, y.toDoubles());
    }

    @Test
    void assignOverwritesInPlace() {
        Tensor x = counting(2, 2);
        x.transpose().assign(Tensor.of(new double[] {5, 6, 7, 8}, 2, 2));
        assertArrayEquals(new double[] {5, 7, 6, 8}, x.toDoubles());
        assertEquals(
                "assign: F64[4] on reference does not fit F64[2, 2] on reference",
                message(() -> x.assign(Tensor.zeros(DType.F64, Shape.of(4)))));
    }
}
