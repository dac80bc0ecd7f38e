package dev.lanner.tensor;

import dev.lanner.tensor.backend.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Other views of the same elements, and the copies where no view will do. */
final class Views {
    private Views() {}

    static Tensor reshape(Tensor x, int... sizes) {
        Shape target = inferred(x.shape(), sizes);
        if (target.equals(x.shape())) {
            return x;
        }
        Layout layout = x.view().layout().reshape(target);
        Tensor out = layout == null ? reshape(pack(x), sizes) : view(x, layout);
        return Tape.record(
                "reshape",
                out,
                (dOut, into) -> into.add(0, dOut.reshape(x.shape().sizes())),
                x);
    }

    /** Resolves a size of -1. */
    private static Shape inferred(Shape from, int... sizes) {
        int[] resolved = sizes.clone();
        int unknown = -1;
        long known = 1;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] != -1) {
                known *= sizes[axis];
            } else if (unknown >= 0) {
                throw new ShapeException("reshape: only one size may be -1, found " + Arrays.toString(sizes));
            } else {
                unknown = axis;
            }
        }
        if (unknown >= 0 && known > 0) {
            resolved[unknown] = (int) (from.elements() / known);
        }
        if (unknown >= 0 && known == 0) {
            throw new ShapeException("reshape: -1 is ambiguous beside a size of 0 in " + Arrays.toString(sizes));
        }
        Shape target = Shape.of(resolved);
        if (target.elements() != from.elements()) {
            throw new ShapeException("reshape: " + from.elements() + " elements do not fill " + Arrays.toString(sizes)
                    + " (shape=" + from + ")");
        }
        return target;
    }

    static Tensor transpose(Tensor x, int axisA, int axisB) {
        int a = x.shape().axis("transpose", axisA);
        int b = x.shape().axis("transpose", axisB);
        return Tape.record(
                "transpose",
                view(x, x.view().layout().transpose(a, b)),
                (dOut, into) -> into.add(0, dOut.transpose(a, b)),
                x);
    }

    static Tensor slice(Tensor x, int axis, int start, int end, int step) {
        int along = x.shape().axis("slice", axis);
        int size = x.size(along);
        if (start < 0 || end < start || end > size || step < 1) {
            throw new ShapeException("slice: [" + start + ", " + end + ") by " + step + " is not within axis " + axis
                    + " of " + x.shape());
        }
        int length = (int) (((long) end - start + step - 1) / step);
        Tensor out = view(x, x.view().layout().slice(along, start, length, step));
        return Tape.record(
                "slice",
                out,
                (dOut, into) -> {
                    Layout picked = into.buffer(0).view().layout().slice(along, start, length, step);
                    Gradients.addInPlace(view(into.buffer(0), picked), dOut);
                },
                x);
    }

    static Tensor[] split(Tensor x, int axis, int... lengths) {
        int along = x.shape().axis("split", axis);
        if (Arrays.stream(lengths).asLongStream().sum() != x.size(along)) {
            throw new ShapeException("split: lengths " + Arrays.toString(lengths) + " do not add up to axis " + axis
                    + " of " + x.shape());
        }
        List<UnaryOperator<Layout>> cuts = new ArrayList<>();
        int end = 0;
        for (int length : lengths) {
            int start = end;
            cuts.add(layout -> layout.slice(along, start, length, 1));
            end += length;
        }
        return Pieces.cut("split", x, cuts);
    }

    static Tensor[] unbind(Tensor x, int axis) {
        int along = x.shape().axis("unbind", axis);
        List<UnaryOperator<Layout>> cuts = new ArrayList<>();
        for (int i = 0; i < x.size(along); i++) {
            int at = i;
            cuts.add(layout -> layout.select(along, at));
        }
        return Pieces.cut("unbind", x, cuts);
    }

    static Tensor expand(Tensor x, Shape target) {
        return Tape.record(
                "expand",
                view(x, x.view().layout().expand(target)),
                (dOut, into) -> into.add(0, dOut.sumTo(x.shape())),
                x);
    }

    static Tensor unsqueeze(Tensor x, int axis) {
        int rank = x.shape().rank();
        if (axis < -rank - 1 || axis > rank) {
            throw new ShapeException(
                    "unsqueeze: axis " + axis + " is outside of rank " + (rank + 1) + " (shape=" + x.shape() + ")");
        }
        int at = axis < 0 ? axis + rank + 1 : axis;
        int[] sizes = new int[rank + 1];
        for (int i = 0; i <= rank; i++) {
            sizes[i] = i == at ? 1 : x.size(i < at ? i : i - 1);
        }
        return reshape(x, sizes);
    }

    static Tensor squeeze(Tensor x, int axis) {
        int at = x.shape().axis("squeeze", axis);
        if (x.size(at) != 1) {
            throw new ShapeException(
                    "squeeze: axis " + axis + " has size " + x.size(at) + ", not 1 (shape=" + x.shape() + ")");
        }
        int[] sizes = new int[x.shape().rank() - 1];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = x.size(i < at ? i : i + 1);
        }
        return reshape(x, sizes);
    }

    static Tensor contiguous(Tensor x) {
        if (x.view().layout().isContiguous()) {
            return x;
        }
        return Tape.record("contiguous", pack(x), (dOut, into) -> into.add(0, dOut), x);
    }

    static Tensor to(Tensor x, DType dtype) {
        if (x.dtype() == dtype) {
            return x;
        }
        Tensor out = copy(x, dtype);
        return dtype.isFloating() ? Tape.record("to", out, (dOut, into) -> into.add(0, dOut.to(x.dtype())), x) : out;
    }

    static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new ShapeException("concat: needs at least one tensor");
        }
        Tensor first = parts[0];
        int along = first.shape().axis("concat", axis);
        int total = 0;
        for (Tensor part : parts) {
            Elementwise.sameBackend("concat", first, part);
            if (part.dtype() != first.dtype()
                    || part.shape().rank() != first.shape().rank()
                    || !part.shape().with(along, first.size(along)).equals(first.shape())) {
                throw new ShapeException("concat: " + part + " does not fit " + first + " along axis " + axis);
            }
            total = Math.addExact(total, part.size(along));
        }
        Tensor out =
                Creation.allocate(first.backend(), first.dtype(), first.shape().with(along, total));
        int start = 0;
        int[] starts = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            starts[i] = start;
            Layout place = out.view().layout().slice(along, start, parts[i].size(along), 1);
            out.backend().copy(parts[i].view(), new View(out.view().storage(), place));
            start += parts[i].size(along);
        }
        return Tape.record(
                "concat",
                out,
                (dOut, into) -> {
                    for (int i = 0; i < parts.length; i++) {
                        if (into.wants(i)) {
                            into.add(i, dOut.narrow(along, starts[i], parts[i].size(along)));
                        }
                    }
                },
                parts);
    }

    static Tensor stack(int axis, Tensor... parts) {
        return concat(
                axis, Arrays.stream(parts).map(part -> unsqueeze(part, axis)).toArray(Tensor[]::new));
    }

    private static Tensor pack(Tensor x) {
        return copy(x, x.dtype());
    }

    private static Tensor copy(Tensor x, DType dtype) {
        Tensor out = Creation.allocate(x.backend(), dtype, x.shape());
        x.backend().copy(x.view(), out.view());
        return out;
    }

    static void assign(Tensor target, Tensor source) {
        if (!target.shape().equals(source.shape()) || target.dtype() != source.dtype()) {
            throw new ShapeException("assign: " + source + " does not fit " + target);
        }
        View to = target.view();
        View from = source.view();
        if (from.storage().equals(to.storage()) && !from.layout().equals(to.layout())) {
            // A backend may write an element before it has read it.
            try (Scope scope = Scope.open()) {
                target.backend().copy(pack(source).view(), to);
            }
        } else {
            target.backend().copy(from, to);
        }
    }

    static Tensor view(Tensor x, Layout layout) {
        return new Tensor(x.backend(), new View(x.view().storage(), layout), false);
    }
}
