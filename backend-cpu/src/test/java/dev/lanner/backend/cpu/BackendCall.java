package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Random;

/** One call with drawn operands, made on several backends: on 1, 2 and 7 threads it gives the same bits, near the reference's. */
final class BackendCall {
    /** Elements behind the last one, which must stay. */
    private static final int BEHIND = 40;

    private static final float GUARD = 12345.5f;

    private final Body body;

    private BackendCall(Body body) {
        this.body = body;
    }

    /** Operands of a call, drawn anew in the same way for each backend. */
    static final class Operands {
        private final Backend backend;
        private final Random random = new Random(11);

        private Operands(Backend backend) {
            this.backend = backend;
        }

        /** Contiguous numbers in [-1, 1). */
        View floats(int... sizes) {
            HostArray values = HostArray.allocate(DType.F32, Shape.of(sizes).elements());
            for (int i = 0; i < Shape.of(sizes).elements(); i++) {
                values.setDouble(i, random.nextFloat() * 2 - 1);
            }
            return upload(values, Shape.of(sizes));
        }

        /** Contiguous I32 in [0, below). */
        View ints(int below, int... sizes) {
            HostArray values = HostArray.allocate(DType.I32, Shape.of(sizes).elements());
            for (int i = 0; i < Shape.of(sizes).elements(); i++) {
                values.setLong(i, random.nextInt(below));
            }
            return upload(values, Shape.of(sizes));
        }

        /** Contiguous elements of one value. */
        View filled(DType dtype, double value, int... sizes) {
            HostArray values = HostArray.allocate(dtype, Shape.of(sizes).elements());
            for (int i = 0; i < Shape.of(sizes).elements(); i++) {
                values.setDouble(i, value);
            }
            return upload(values, Shape.of(sizes));
        }

        private View upload(HostArray values, Shape shape) {
            int size = shape.elements() + BEHIND;
            HostArray guarded = HostArray.allocate(values.dtype(), size);
            for (int i = 0; i < size; i++) {
                guarded.setDouble(i, GUARD);
            }
            guarded.copyFrom(values, 0, 0, shape.elements());
            View view = new View(backend.allocate(values.dtype(), size), Layout.contiguous(shape));
            backend.upload(guarded, view.storage(), size);
            return view;
        }
    }

    /** The call. */
    @FunctionalInterface
    interface Body {
        /** Draws operands, computes, and returns a contiguous view of all that may have been written. */
        View run(Backend backend, Operands operands);
    }

    /** A call to check. */
    static BackendCall of(Body body) {
        return new BackendCall(body);
    }

    /** Equal in every bit for each number of threads, and within {@code tolerance * max(1, |expected|)} of the reference. */
    void assertClose(double tolerance) {
        HostArray expected = run(new ReferenceBackend());
        HostArray first = null;
        for (int threads : new int[] {1, 2, 7}) {
            HostArray actual = run(new CpuBackend(threads));
            for (int i = 0; i < actual.length(); i++) {
                double right = expected.getDouble(i);
                double found = actual.getDouble(i);
                if (Double.compare(right + 0.0, found + 0.0) != 0) {
                    assertEquals(right, found, tolerance * Math.max(1, Math.abs(right)), "element " + i);
                }
                if (first != null) {
                    assertEquals(first.getDouble(i), found, "element " + i + " on " + threads + " threads");
                }
            }
            first = actual;
        }
    }

    /** The written view with the guards behind it. */
    private HostArray run(Backend backend) {
        try (backend) {
            View out = body.run(backend, new Operands(backend));
            int size = out.shape().elements() + BEHIND;
            HostArray result = HostArray.allocate(out.dtype(), size);
            backend.download(out.storage(), out.layout().offset(), result, size);
            for (int i = out.shape().elements(); i < size; i++) {
                HostArray guard = HostArray.allocate(out.dtype(), 1);
                guard.setDouble(0, GUARD);
                assertEquals(guard.getDouble(0), result.getDouble(i), "guard behind the result");
            }
            return result;
        }
    }
}
