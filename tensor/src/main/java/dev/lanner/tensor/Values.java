package dev.lanner.tensor;

import dev.lanner.tensor.backend.HostArray;
import java.util.Arrays;
import java.util.function.Consumer;

/** Looks at the values of I32 tensors before a backend does, which would read or write beside a table. */
final class Values {
    private Values() {}

    /** What the elements must be like. */
    interface Rule {
        /** Throws if elements {@code first .. first + count - 1} break it; {@code values} is not changed. */
        void check(int[] values, int first, int count);

        /** Whether it holds for all elements in [low, high). */
        default boolean holdsFor(long low, long high) {
            return false;
        }
    }

    static void check(String op, Tensor tensor, Consumer<int[]> rule) {
        if (tensor.dtype() != DType.I32) {
            throw new ShapeException(op + ": needs an I32 tensor, found " + tensor);
        }
        check(op, tensor, (values, first, count) -> rule.accept(Arrays.copyOfRange(values, first, first + count)));
    }

    /** Checks now, or if the tensor is a view of a recorded program's input, whenever that is set. */
    static void check(String op, Tensor tensor, Rule rule) {
        if (tensor.backend() instanceof Recorder recorder) {
            recorder.check(op, tensor, rule);
        } else if (tensor.view().storage() instanceof HostArray array) {
            check(array, tensor.view().layout(), rule);
        } else {
            rule.check(Creation.download(op, tensor).ints(), 0, tensor.shape().elements());
        }
    }

    /** Checks elements of an array where they lie if they follow each other. */
    static void check(HostArray array, Layout layout, Rule rule) {
        int count = layout.shape().elements();
        if (layout.isContiguous()) {
            rule.check(array.ints(), layout.offset(), count);
            return;
        }
        int[] packed = new int[count];
        for (int i = 0; i < count; i++) {
            packed[i] = array.ints()[layout.position(i)];
        }
        rule.check(packed, 0, count);
    }
}
