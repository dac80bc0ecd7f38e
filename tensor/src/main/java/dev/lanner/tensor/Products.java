package dev.lanner.tensor;

import dev.lanner.tensor.backend.View;
import java.util.Arrays;

/** Products of matrices. */
final class Products {
    private Products() {}

    static Tensor matmul(Tensor a, Tensor b) {
        Elementwise.sameBackend("matmul", a, b);
        Shape shape = productShape(a, b);
        Tensor out = Creation.allocate(a.backend(), a.dtype(), shape);
        multiply(a, b, 0, out);
        return Tape.record(
                "matmul",
                out,
                (dOut, into) -> {
                    Tensor left = a.detach();
                    Tensor right = b.detach();
                    if (into.wants(0)) {
                        product(into, 0, a.shape(), dOut, right.transpose());
                    }
                    if (into.wants(1)) {
                        if (b.shape().rank() == 2 && a.shape().rank() > 2) {
                            // One matrix for the whole batch: its rows are stacked, and the batch is summed by the
                            // product.
                            int rows = a.shape().with(a.shape().rank() - 1, 1).elements();
                            Tensor stacked = left.reshape(rows, a.size(-1));
                            product(into, 1, b.shape(), stacked.transpose(), dOut.reshape(rows, b.size(1)));
                        } else {
                            product(into, 1, b.shape(), left.transpose(), dOut);
                        }
                    }
                },
                a,
                b);
    }

    /** Adds {@code x y} to a gradient; straight into its buffer where nothing was broadcast. */
    private static void product(InputGradients into, int input, Shape shape, Tensor x, Tensor y) {
        if (productShape(x, y).equals(shape)) {
            into.accumulate(input, (out, beta) -> multiply(x, y, beta, out));
        } else {
            into.add(input, x.matmul(y).sumTo(shape));
        }
    }

    private static void multiply(Tensor a, Tensor b, double beta, Tensor out) {
        Shape shape = out.shape();
        a.backend().matmul(1, batched(a, shape), batched(b, shape), beta, out.view());
    }

    /** The operand with its batch dimensions expanded to those of the product. */
    private static View batched(Tensor operand, Shape product) {
        int rank = product.rank();
        int[] sizes = product.sizes();
        sizes[rank - 2] = operand.size(-2);
        sizes[rank - 1] = operand.size(-1);
        return operand.view().expand(Shape.of(sizes));
    }

    private static Shape productShape(Tensor a, Tensor b) {
        Shape shapeA = a.shape();
        Shape shapeB = b.shape();
        if (shapeA.rank() < 2 || shapeB.rank() < 2) {
            throw new ShapeException(
                    "matmul: operands need two dimensions or more (a=" + shapeA + ", b=" + shapeB + ")");
        }
        if (a.dtype() != b.dtype() || !a.dtype().isFloating()) {
            throw new ShapeException("matmul: needs one floating point dtype (a=" + a + ", b=" + b + ")");
        }
        if (shapeA.size(-1) != shapeB.size(-2)) {
            throw new ShapeException("matmul: inner dimensions differ, " + shapeA.size(-1) + " vs " + shapeB.size(-2)
                    + " (a=" + shapeA + ", b=" + shapeB + ")");
        }
        Shape batch = Shape.broadcast("matmul", batch(shapeA), batch(shapeB));
        int[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = shapeA.size(-2);
        sizes[batch.rank() + 1] = shapeB.size(-1);
        return Shape.of(sizes);
    }

    private static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 2));
    }
}
