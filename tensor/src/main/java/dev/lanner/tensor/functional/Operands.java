package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;

/** The shape rules that operations of this package share. */
final class Operands {
    private Operands() {}

    /** The operand must have exactly this shape. */
    static void shape(String op, String operand, Tensor tensor, int... sizes) {
        Shape expected = Shape.of(sizes);
        if (!tensor.shape().equals(expected)) {
            throw new ShapeException(op + ": " + operand + " must be " + expected + ", found " + tensor.shape());
        }
    }

    /** The operand must have this many dimensions. */
    static void rank(String op, String operand, Tensor tensor, int rank) {
        if (tensor.shape().rank() != rank) {
            throw new ShapeException(op + ": " + operand + " must have rank " + rank + ", found " + tensor.shape());
        }
    }

    /** The operand must have this dtype. */
    static void dtype(String op, String operand, Tensor tensor, DType dtype) {
        if (tensor.dtype() != dtype) {
            throw new ShapeException(op + ": " + operand + " must be " + dtype + ", found " + tensor);
        }
    }

    /** The operand must have a last dimension with at least one element, over which the operation runs. */
    static int lastAxis(String op, Tensor tensor) {
        if (tensor.shape().rank() == 0 || tensor.size(-1) == 0) {
            throw new ShapeException(op + ": needs a last axis with elements, found " + tensor.shape());
        }
        return tensor.size(-1);
    }
}
