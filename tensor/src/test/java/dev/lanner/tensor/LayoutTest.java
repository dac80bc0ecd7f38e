package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Layouts beside an array that is rearranged element by element. */
class LayoutTest {
    /** Elements by their indices, rearranged the slow way; each element is its storage position. */
    private record Model(int[] sizes, int[] elements) {
        static Model contiguous(int... sizes) {
            int count = 1;
            for (int size : sizes) {
                count *= size;
            }
            int[] elements = new int[count];
            for (int i = 0; i < count; i++) {
                elements[i] = i;
            }
            return new Model(sizes, elements);
        }

        /** The element at each index of a new shape is the old one at an index computed from it. */
        Model pick(int[] newSizes, UnaryOperator<int[]> oldIndex) {
            Model picked = contiguous(newSizes);
            for (int i = 0; i < picked.elements.length; i++) {
                picked.elements[i] = elements[flat(oldIndex.apply(index(newSizes, i)))];
            }
            return picked;
        }

        private int flat(int... index) {
            int flat = 0;
            for (int axis = 0; axis < sizes.length; axis++) {
                flat = flat * sizes[axis] + index[axis];
            }
            return flat;
        }

        private static int[] index(int[] sizes, int flat) {
            int[] index = new int[sizes.length];
            int rest = flat;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                index[axis] = rest % sizes[axis];
                rest /= sizes[axis];
            }
            return index;
        }
    }

    @Property(tries = 500)
    void compositionsPointAtTheSameElementsAsTheModel(@ForAll long seed, @ForAll @IntRange(max = 8) int operations) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = new int[random.nextInt(0, 5)];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = random.nextInt(10) == 0 ? 0 : random.nextInt(1, 6);
        }
        Layout layout = Layout.contiguous(Shape.of(sizes));
        Model model = Model.contiguous(sizes);
        for (int i = 0; i < operations; i++) {
            int axis = model.sizes.length == 0 ? -1 : random.nextInt(model.sizes.length);
            int operation = random.nextInt(4);
            if (operation == 0 && axis >= 0) {
                int other = random.nextInt(model.sizes.length);
                layout = layout.transpose(axis, other);
                model = transposed(model, axis, other);
            } else if (operation == 1 && axis >= 0) {
                int size = model.sizes[axis];
                int start = random.nextInt(size + 1);
                int step = random.nextInt(1, 4);
                int length = (random.nextInt(start, size + 1) - start + step - 1) / step;
                layout = layout.slice(axis, start, length, step);
                model = sliced(model, axis, start, length, step);
            } else if (operation == 2 && model.elements.length < 200 && model.sizes.length < 6) {
                int[] target = stretched(model.sizes, random);
                layout = layout.expand(Shape.of(target));
                model = expanded(model, target);
            } else {
                int[] target = regrouped(model.sizes, random);
                Layout reshaped = layout.reshape(Shape.of(target));
                // A strided layout may need a copy, one without gaps never.
                assertTrue(reshaped != null || !layout.isContiguous(), () -> "reshape to " + Shape.of(target));
                if (reshaped != null) {
                    layout = reshaped;
                    model = new Model(target, model.elements);
                }
            }
            same(model, layout);
        }
    }

    private static void same(Model model, Layout layout) {
        assertEquals(Shape.of(model.sizes), layout.shape());
        boolean rowMajor = true;
        for (int i = 0; i < model.elements.length; i++) {
            assertEquals(model.elements[i], layout.position(i), "element " + i + " of " + layout);
            rowMajor &= model.elements[i] == layout.offset() + i;
        }
        assertEquals(rowMajor, layout.isContiguous(), layout.toString());
    }

    private static Model transposed(Model model, int a, int b) {
        return model.pick(swapped(model.sizes, a, b), index -> swapped(index, a, b));
    }

    private static int[] swapped(int[] values, int a, int b) {
        int[] swapped = values.clone();
        swapped[a] = values[b];
        swapped[b] = values[a];
        return swapped;
    }

    private static Model sliced(Model model, int axis, int start, int length, int step) {
        int[] sizes = model.sizes.clone();
        sizes[axis] = length;
        return model.pick(sizes, index -> {
            index[axis] = start + index[axis] * step;
            return index;
        });
    }

    private static int[] stretched(int[] sizes, SplittableRandom random) {
        int added = random.nextInt(2);
        int[] target = new int[sizes.length + added];
        for (int axis = 0; axis < target.length; axis++) {
            int size = axis < added ? 1 : sizes[axis - added];
            target[axis] = size == 1 ? random.nextInt(0, 4) : size;
        }
        return target;
    }

    private static Model expanded(Model model, int[] target) {
        int added = target.length - model.sizes.length;
        return model.pick(target, index -> {
            int[] old = new int[model.sizes.length];
            for (int axis = 0; axis < old.length; axis++) {
                old[axis] = model.sizes[axis] == 1 ? 0 : index[axis + added];
            }
            return old;
        });
    }

    /** Another shape of as many elements: a 1 put in, or two neighbours joined. */
    private static int[] regrouped(int[] sizes, SplittableRandom random) {
        if (sizes.length < 2 || (sizes.length < 5 && random.nextBoolean())) {
            int at = random.nextInt(sizes.length + 1);
            int[] target = new int[sizes.length + 1];
            for (int axis = 0; axis < target.length; axis++) {
                target[axis] = axis == at ? 1 : sizes[axis < at ? axis : axis - 1];
            }
            return target;
        }
        int at = random.nextInt(sizes.length - 1);
        int[] target = new int[sizes.length - 1];
        for (int axis = 0; axis < target.length; axis++) {
            target[axis] = axis == at ? sizes[at] * sizes[at + 1] : sizes[axis < at ? axis : axis + 1];
        }
        return target;
    }

    @Example
    void stridedLayoutsReshapeOnlyAcrossOnes() {
        Layout columns = Layout.contiguous(Shape.of(3, 8)).slice(1, 2, 4, 1);
        assertFalse(columns.isContiguous());
        assertNull(columns.reshape(Shape.of(12)));
        Layout unsqueezed = columns.reshape(Shape.of(1, 3, 1, 4));
        assertEquals(8, unsqueezed.stride(1));
        assertEquals(columns, unsqueezed.reshape(Shape.of(3, 4)));
    }

    @Example
    void slicesOfNothingStayWithinTheirStorage() {
        assertEquals(0, Layout.contiguous(Shape.of(0, 3)).slice(1, 2, 1, 1).offset());
        assertEquals(0, Layout.contiguous(Shape.of(3)).slice(0, 3, 0, 1).offset());
    }

    @Example
    void expandRefusesToShrink() {
        Layout layout = Layout.contiguous(Shape.of(3, 4));
        String message = assertThrows(ShapeException.class, () -> layout.expand(Shape.of(1, 4)))
                .getMessage();
        assertEquals("expand: [3, 4] does not broadcast to [1, 4]", message);
    }
}
