package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;

/** Makes tensors from nothing or from host arrays, and reads them back. */
final class Creation {
    private Creation() {}

    /** A contiguous tensor in the current scope, contents undefined. */
    static Tensor allocate(Backend backend, DType dtype, Shape shape) {
        if (!backend.supports(dtype)) {
            throw new ShapeException("allocate: backend " + backend.name() + " has no " + dtype + " (shape=" + shape
                    + "); the reference backend has it, -Dbackend=reference");
        }
        Storage storage = backend.allocate(dtype, shape.elements());
        Scope.register(backend, storage);
        return new Tensor(backend, new View(storage, Layout.contiguous(shape)), false);
    }

    static Tensor upload(HostArray values, int count, Shape shape) {
        if (count != shape.elements()) {
            throw new ShapeException("of: " + count + " values do not fill shape " + shape);
        }
        Backend backend = current();
        if (backend instanceof Recorder) {
            throw new IllegalStateException(
                    "of: values from the host would be the same in every run of the recorded program;"
                            + " make them an input, or a tensor before the recording (" + values.dtype() + shape + ")");
        }
        return constant(backend, values, count, shape);
    }

    /** A tensor whose values do not depend on anything, so that they may stay the same in every run of a recorded program. */
    static Tensor constant(Backend backend, HostArray values, int count, Shape shape) {
        Tensor tensor = allocate(backend, values.dtype(), shape);
        tensor.backend().upload(values, tensor.view().storage(), count);
        return tensor;
    }

    /** Where new tensors are made. */
    static Backend current() {
        return Recorder.over(Backends.current());
    }

    static Tensor full(Backend backend, DType dtype, Shape shape, double value) {
        Tensor tensor = allocate(backend, dtype, shape);
        backend.fill(value, tensor.view());
        return tensor;
    }

    static Tensor arange(DType dtype, int count) {
        HostArray values = HostArray.allocate(dtype, count);
        for (int i = 0; i < count; i++) {
            values.setLong(i, i);
        }
        return constant(current(), values, count, Shape.of(count));
    }

    static Tensor random(RandomOp op, RandomKey key, double a, double b, DType dtype, Shape shape) {
        if (dtype.isFloating() == (op == RandomOp.UNIFORM_INT)) {
            throw new ShapeException("random: " + op + " does not draw " + dtype);
        }
        boolean ordered = switch (op) {
            case UNIFORM, UNIFORM_INT -> a < b;
            case NORMAL, TRUNCATED_NORMAL -> b >= 0;
            case DROPOUT_MASK -> a >= 0 && a < 1;
        };
        if (!ordered) {
            throw new IllegalArgumentException("random: " + op + " does not take parameters " + a + " and " + b);
        }
        Tensor tensor = allocate(current(), dtype, shape);
        tensor.backend().random(op, key, a, b, tensor.view());
        return tensor;
    }

    /** The elements in row-major order. */
    static HostArray download(String op, Tensor tensor) {
        if (tensor.backend() instanceof Recorder recorder) {
            throw recorder.cannotRead(op, tensor);
        }
        int count = tensor.shape().elements();
        HostArray target = HostArray.allocate(tensor.dtype(), count);
        if (tensor.view().layout().isContiguous()) {
            tensor.backend()
                    .download(tensor.view().storage(), tensor.view().layout().offset(), target, count);
        } else {
            try (Scope scope = Scope.open()) {
                Tensor packed = Views.contiguous(tensor.detach());
                packed.backend().download(packed.view().storage(), 0, target, count);
            }
        }
        return target;
    }
}
