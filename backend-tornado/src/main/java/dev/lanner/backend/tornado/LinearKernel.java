package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;

/** The linear layers: {@code z = x W^T + b}, and what an {@link Epilogue} makes of it. */
final class LinearKernel implements FusedKernel {
    /** What follows the product. */
    interface Epilogue {
        /** Whether it happens in the output itself. */
        boolean isInPlace();

        /** Whether z is wanted in the backward pass. */
        boolean savesProduct();

        /** Makes the output of z. */
        void forward(View z, View[] inputs, View out);

        /** The gradient of z, a view of {@code dOut} itself or written to {@code into}. */
        View backward(View z, View dOut, View into);
    }

    private final Memory memory;
    private final PlainOps plain;
    private final Epilogue epilogue;

    LinearKernel(Memory memory, PlainOps plain, Epilogue epilogue) {
        this.memory = memory;
        this.plain = plain;
        this.epilogue = epilogue;
    }

    private static Shape product(View[] inputs) {
        return Shape.of(inputs[0].shape().size(0), inputs[1].shape().size(0));
    }

    @Override
    public Shape[] saved(View[] inputs) {
        return epilogue.savesProduct() ? new Shape[] {product(inputs)} : new Shape[0];
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Shape shape = product(inputs);
        TornadoStorage temporary = null;
        View z = outputs[0];
        if (epilogue.savesProduct()) {
            z = outputs[1];
        } else if (!epilogue.isInPlace()) {
            temporary = memory.floats(shape.elements());
            z = new View(temporary, Layout.contiguous(shape));
        }
        plain.copy(inputs[2].expand(shape), z);
        plain.matmul(1, inputs[0], transposed(inputs[1]), 1, z);
        epilogue.forward(z, inputs, outputs[0]);
        if (temporary != null) {
            memory.giveBack(temporary);
        }
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        Shape shape = product(inputs);
        TornadoStorage temporary = memory.floats(shape.elements());
        View z = epilogue.savesProduct() ? outputs[1] : null;
        View dZ = epilogue.backward(z, dOut, new View(temporary, Layout.contiguous(shape)));
        if (dInputs[0] != null) {
            plain.matmul(1, dZ, inputs[1], 0, dInputs[0]);
        }
        if (dInputs[1] != null) {
            plain.matmul(1, transposed(dZ), inputs[0], 0, dInputs[1]);
        }
        if (dInputs[2] != null) {
            Layout row = dInputs[2].layout().reshape(Shape.of(1, shape.size(1)));
            plain.reduce(ReduceOp.SUM, dZ, new View(dInputs[2].storage(), row));
        }
        memory.giveBack(temporary);
    }

    private static View transposed(View matrix) {
        return new View(matrix.storage(), matrix.layout().transpose(0, 1));
    }

    /** Nothing follows. */
    static final class Identity implements Epilogue {
        @Override
        public boolean isInPlace() {
            return true;
        }

        @Override
        public boolean savesProduct() {
            return false;
        }

        @Override
        public void forward(View z, View[] inputs, View out) {
            // z is the output.
        }

        @Override
        public View backward(View z, View dOut, View into) {
            return dOut;
        }
    }

    /** {@code silu(z)}, in parts of its columns. */
    static final class Silu implements Epilogue {
        private final Dispatcher to;
        private final PlainOps plain;
        private final int parts;

        Silu(Dispatcher to, PlainOps plain, int parts) {
            this.to = to;
            this.plain = plain;
            this.parts = parts;
        }

        @Override
        public boolean isInPlace() {
            return false;
        }

        @Override
        public boolean savesProduct() {
            return true;
        }

        /** z as {@code [P, N, M/P]}. */
        private View inParts(View z) {
            Shape split = Shape.of(z.shape().size(0), parts, z.shape().size(1) / parts);
            return new View(z.storage(), z.layout().reshape(split).transpose(0, 1));
        }

        @Override
        public void forward(View z, View[] inputs, View out) {
            plain.unary(UnaryOp.SILU, inParts(z), out);
        }

        @Override
        public View backward(View z, View dOut, View into) {
            int count = z.shape().elements();
            if (count > 0) {
                Meta meta = new Meta(count)
                        .block(inParts(z).layout(), dOut.layout(), inParts(into).layout());
                to.dispatch(new DeviceTask(
                        FusedElements.SILU_GRADIENT,
                        Grid.elements(count),
                        meta,
                        TornadoStorage.of(z.storage()),
                        TornadoStorage.of(dOut.storage()),
                        TornadoStorage.of(into.storage())));
            }
            return into;
        }
    }

    /** {@code dropout(z) + residual}. */
    static final class DropoutAdd implements Epilogue {
        private static final int RESIDUAL = 3;

        private final DropoutKernel dropout;

        DropoutAdd(DropoutKernel dropout) {
            this.dropout = dropout;
        }

        @Override
        public boolean isInPlace() {
            return false;
        }

        @Override
        public boolean savesProduct() {
            return false;
        }

        @Override
        public void forward(View z, View[] inputs, View out) {
            dropout.apply(z, inputs[RESIDUAL], out);
        }

        @Override
        public View backward(View z, View dOut, View into) {
            dropout.apply(dOut, null, into);
            return into;
        }
    }
}
