package dev.lanner.tensor;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.Locale;

/** Operations on one element, or on pairs of elements that broadcast against each other. */
final class Elementwise {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private Elementwise() {}

    static Tensor unary(UnaryOp op, Tensor x) {
        String name = name(op);
        if (!x.dtype().isFloating() && !op.takesIntegers()) {
            throw new ShapeException(name + ": needs a floating point tensor, found " + x);
        }
        Tensor out = Creation.allocate(x.backend(), x.dtype(), x.shape());
        x.backend().unary(op, x.view(), out.view());
        return Tape.record(name, out, (dOut, into) -> into.add(0, dOut.mul(derivative(op, x.detach(), out))), x);
    }

    /** The derivative of {@code out = op(x)}, written with whichever of the two is cheaper. */
    private static Tensor derivative(UnaryOp op, Tensor x, Tensor out) {
        return switch (op) {
            case NEG -> constant(x, -1);
            case ABS -> x.sign();
            case SIGN -> constant(x, 0);
            case EXP -> out;
            case LOG -> x.reciprocal();
            case SQRT -> out.reciprocal().mul(0.5);
            case SQUARE -> x.mul(2);
            case RECIPROCAL -> out.square().neg();
            case TANH -> out.square().neg().add(1);
            case SIGMOID -> out.mul(out.neg().add(1));
            case SILU -> siluDerivative(x);
            case RELU -> x.gt(constant(x, 0)).to(x.dtype());
            case ERF -> x.square().neg().exp().mul(TWO_OVER_SQRT_PI);
        };
    }

    /** {@code sigmoid(x) * (1 + x * (1 - sigmoid(x)))}. */
    private static Tensor siluDerivative(Tensor x) {
        Tensor sigmoid = x.sigmoid();
        return sigmoid.mul(x.mul(sigmoid.neg().add(1)).add(1));
    }

    static Tensor add(Tensor a, Tensor b) {
        return Tape.record(
                "add",
                binary(BinaryOp.ADD, a, b),
                (dOut, into) -> {
                    if (into.wants(0)) {
                        into.add(0, dOut.sumTo(a.shape()));
                    }
                    if (into.wants(1)) {
                        into.add(1, dOut.sumTo(b.shape()));
                    }
                },
                a,
                b);
    }

    static Tensor sub(Tensor a, Tensor b) {
        return Tape.record(
                "sub",
                binary(BinaryOp.SUB, a, b),
                (dOut, into) -> {
                    if (into.wants(0)) {
                        into.add(0, dOut.sumTo(a.shape()));
                    }
                    if (into.wants(1)) {
                        into.add(1, dOut.sumTo(b.shape()).neg());
                    }
                },
                a,
                b);
    }

    static Tensor mul(Tensor a, Tensor b) {
        return Tape.record(
                "mul",
                binary(BinaryOp.MUL, a, b),
                (dOut, into) -> {
                    if (into.wants(0)) {
                        into.add(0, dOut.mul(b.detach()).sumTo(a.shape()));
                    }
                    if (into.wants(1)) {
                        into.add(1, dOut.mul(a.detach()).sumTo(b.shape()));
                    }
                },
                a,
                b);
    }

    static Tensor div(Tensor a, Tensor b) {
        Tensor out = binary(BinaryOp.DIV, a, b);
        return Tape.record(
                "div",
                out,
                (dOut, into) -> {
                    Tensor quotient = dOut.div(b.detach());
                    if (into.wants(0)) {
                        into.add(0, quotient.sumTo(a.shape()));
                    }
                    if (into.wants(1)) {
                        into.add(1, quotient.mul(out).neg().sumTo(b.shape()));
                    }
                },
                a,
                b);
    }

    /** The larger or the smaller of each pair. */
    static Tensor extreme(boolean larger, Tensor a, Tensor b) {
        return Tape.record(
                larger ? "maximum" : "minimum",
                binary(larger ? BinaryOp.MAXIMUM : BinaryOp.MINIMUM, a, b),
                (dOut, into) -> {
                    // 1 where a was taken, 0 where b was, one half where they tie.
                    Tensor strictly =
                            larger ? a.detach().gt(b.detach()) : a.detach().lt(b.detach());
                    Tensor ties = a.detach().eq(b.detach());
                    Tensor share =
                            strictly.to(dOut.dtype()).add(ties.to(dOut.dtype()).mul(0.5));
                    if (into.wants(0)) {
                        into.add(0, dOut.mul(share).sumTo(a.shape()));
                    }
                    if (into.wants(1)) {
                        into.add(1, dOut.mul(share.neg().add(1)).sumTo(b.shape()));
                    }
                },
                a,
                b);
    }

    static Tensor clamp(Tensor x, double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp: low must not be above high, found [" + low + ", " + high + "]");
        }
        Tensor lowest = constant(x, low);
        Tensor highest = constant(x, high);
        Tensor out = binary(BinaryOp.MINIMUM, binary(BinaryOp.MAXIMUM, x, lowest), highest);
        return Tape.record(
                "clamp",
                out,
                (dOut, into) -> {
                    Tensor within = x.detach().ge(lowest).mul(x.detach().le(highest));
                    into.add(0, within.where(dOut, constant(dOut, 0)));
                },
                x);
    }

    static Tensor pow(Tensor x, double exponent) {
        Tensor out = binary(BinaryOp.POW, x, constant(x, exponent));
        return Tape.record(
                "pow",
                out,
                (dOut, into) -> {
                    // The derivative of x to the power of 0 is 0 everywhere, at 0 too, where x^-1 is infinite.
                    Tensor slope = exponent == 0
                            ? constant(x, 0)
                            : binary(BinaryOp.POW, x.detach(), constant(x, exponent - 1))
                                    .mul(exponent);
                    into.add(0, dOut.mul(slope));
                },
                x);
    }

    static Tensor compare(CompareOp op, Tensor a, Tensor b) {
        Shape shape = broadcast(name(op), a, b);
        Tensor out = Creation.allocate(a.backend(), DType.I32, shape);
        a.backend().compare(op, a.view().expand(shape), b.view().expand(shape), out.view());
        return out;
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (condition.dtype() != DType.I32) {
            throw new ShapeException("where: the condition must be I32, found " + condition);
        }
        sameBackend("where", condition, a);
        Shape shape = Shape.broadcast("where", condition.shape(), broadcast("where", a, b));
        Tensor out = Creation.allocate(a.backend(), a.dtype(), shape);
        View[] views = {
            condition.view().expand(shape), a.view().expand(shape), b.view().expand(shape)
        };
        a.backend().select(views[0], views[1], views[2], out.view());
        return Tape.record(
                "where",
                out,
                (dOut, into) -> {
                    Tensor zero = constant(dOut, 0);
                    if (into.wants(0)) {
                        into.add(0, condition.where(dOut, zero).sumTo(a.shape()));
                    }
                    if (into.wants(1)) {
                        into.add(1, condition.where(zero, dOut).sumTo(b.shape()));
                    }
                },
                a,
                b);
    }

    /** The forward part of a binary operation: checks, broadcasts, computes. */
    private static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        String name = name(op);
        Shape shape = broadcast(name, a, b);
        if (op == BinaryOp.POW && !a.dtype().isFloating()) {
            throw new ShapeException("pow: needs a floating point tensor, found " + a);
        }
        Tensor out = Creation.allocate(a.backend(), a.dtype(), shape);
        a.backend().binary(op, a.view().expand(shape), b.view().expand(shape), out.view());
        return out;
    }

    private static Shape broadcast(String op, Tensor a, Tensor b) {
        sameBackend(op, a, b);
        if (a.dtype() != b.dtype()) {
            throw new ShapeException(op + ": dtypes differ, " + a.dtype() + " vs " + b.dtype() + " (a=" + a + ", b=" + b
                    + "); convert with to()");
        }
        return Shape.broadcast(op, a.shape(), b.shape());
    }

    static void sameBackend(String op, Tensor a, Tensor b) {
        if (!a.backend().equals(b.backend())) {
            throw new ShapeException(op + ": operands live on different backends (a=" + a + ", b=" + b + ")");
        }
    }

    /** A scalar of the tensor's dtype and backend, which broadcasts to any shape. */
    private static Tensor constant(Tensor like, double value) {
        return Creation.full(like.backend(), like.dtype(), Shape.of(), value);
    }

    private static String name(Enum<?> op) {
        return op.name().toLowerCase(Locale.ROOT);
    }
}
