package dev.lanner.tensor;

import dev.lanner.tensor.backend.ReduceOp;
import java.util.Arrays;

/** Operations that make one element of many. */
final class Reductions {
    private Reductions() {}

    static int[] allAxes(Shape shape) {
        int[] axes = new int[shape.rank()];
        Arrays.setAll(axes, axis -> axis);
        return axes;
    }

    static Tensor sum(Tensor x, boolean keepDims, int... axes) {
        Shape kept = keptShape("sum", x.shape(), axes);
        Tensor out = dropAxes(reduce(ReduceOp.SUM, x, kept), x.shape(), keepDims, axes);
        return Tape.record("sum", out, (dOut, into) -> into.add(0, restore(dOut, kept, x.shape())), x);
    }

    static Tensor mean(Tensor x, boolean keepDims, int... axes) {
        if (!x.dtype().isFloating()) {
            throw new ShapeException("mean: needs a floating point tensor, found " + x);
        }
        Shape kept = keptShape("mean", x.shape(), axes);
        int count = kept.elements() == 0 ? 1 : x.shape().elements() / kept.elements();
        return sum(x, keepDims, axes).div(count);
    }

    /** The largest or the smallest element; elements that tie share the gradient evenly. */
    static Tensor extreme(boolean largest, Tensor x, boolean keepDims, int... axes) {
        String op = largest ? "max" : "min";
        Shape kept = keptShape(op, x.shape(), axes);
        if (x.shape().elements() == 0 && kept.elements() > 0) {
            throw new ShapeException(op + ": there is no element to choose from (shape=" + x.shape() + ")");
        }
        Tensor reduced = reduce(largest ? ReduceOp.MAX : ReduceOp.MIN, x, kept);
        return Tape.record(
                op,
                dropAxes(reduced, x.shape(), keepDims, axes),
                (dOut, into) -> {
                    Tensor ties = x.detach().eq(reduced).to(dOut.dtype());
                    Tensor share = ties.div(sum(ties, true, axes));
                    into.add(0, restore(dOut, kept, x.shape()).mul(share));
                },
                x);
    }

    static Tensor argmax(Tensor x, int axis) {
        int along = x.shape().axis("argmax", axis);
        if (x.size(along) == 0) {
            throw new ShapeException("argmax: there is no element to choose from (shape=" + x.shape() + ")");
        }
        Tensor out = Creation.allocate(x.backend(), DType.I32, x.shape().with(along, 1));
        x.backend().argReduce(ReduceOp.MAX, x.view(), along, out.view());
        return out.squeeze(along);
    }

    static TopK topK(Tensor x, int k) {
        if (x.shape().rank() == 0 || k < 1 || k > x.size(-1)) {
            throw new ShapeException(
                    "topK: k must be in [1, size of the last axis], found k=" + k + " (shape=" + x.shape() + ")");
        }
        Shape shape = x.shape().with(x.shape().rank() - 1, k);
        Tensor values = Creation.allocate(x.backend(), x.dtype(), shape);
        Tensor indices = Creation.allocate(x.backend(), DType.I32, shape);
        x.backend().topK(x.view(), values.view(), indices.view());
        return new TopK(values, indices);
    }

    static Tensor sumTo(Tensor x, Shape target) {
        Shape shape = x.shape();
        if (shape.equals(target)) {
            return x;
        }
        if (!Shape.broadcast("sumTo", target, shape).equals(shape)) {
            throw new ShapeException("sumTo: " + target + " does not broadcast to " + shape);
        }
        int added = shape.rank() - target.rank();
        int[] axes = Arrays.stream(allAxes(shape))
                .filter(axis -> axis < added || (target.size(axis - added) == 1 && shape.size(axis) != 1))
                .toArray();
        return sum(x, true, axes).reshape(target.sizes());
    }

    private static Tensor reduce(ReduceOp op, Tensor x, Shape kept) {
        Tensor out = Creation.allocate(x.backend(), x.dtype(), kept);
        x.backend().reduce(op, x.view(), out.view());
        return out;
    }

    /** The shape with size 1 along the reduced axes. */
    private static Shape keptShape(String op, Shape shape, int... axes) {
        int[] sizes = shape.sizes();
        boolean[] seen = new boolean[sizes.length];
        for (int axis : axes) {
            int along = shape.axis(op, axis);
            if (seen[along]) {
                throw new ShapeException(op + ": axis " + axis + " is named twice (shape=" + shape + ")");
            }
            seen[along] = true;
            sizes[along] = 1;
        }
        return Shape.of(sizes);
    }

    private static Tensor dropAxes(Tensor reduced, Shape from, boolean keepDims, int... axes) {
        if (keepDims) {
            return reduced;
        }
        boolean[] dropped = new boolean[from.rank()];
        for (int axis : axes) {
            dropped[from.axis("reduce", axis)] = true;
        }
        int[] rest = Arrays.stream(allAxes(from))
                .filter(axis -> !dropped[axis])
                .map(from::size)
                .toArray();
        return reduced.reshape(rest);
    }

    private static Tensor restore(Tensor dOut, Shape kept, Shape full) {
        return dOut.reshape(kept.sizes()).expand(full);
    }
}
