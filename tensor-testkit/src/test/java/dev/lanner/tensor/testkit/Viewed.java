package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/** How an operation under a gradient check gets its operand: as a leaf, or as some view of one. */
enum Viewed {
    PLAIN {
        @Override
        int[] leaf(int... sizes) {
            return sizes;
        }

        @Override
        Tensor view(Tensor leaf) {
            return leaf;
        }
    },
    COLUMNS {
        @Override
        int[] leaf(int... sizes) {
            return last(2, 1, sizes);
        }

        @Override
        Tensor view(Tensor leaf) {
            return leaf.shape().rank() == 0 ? leaf : leaf.slice(-1, 1, leaf.size(-1), 2);
        }
    },
    TRANSPOSED {
        @Override
        int[] leaf(int... sizes) {
            int[] swapped = sizes.clone();
            if (sizes.length >= 2) {
                swapped[sizes.length - 1] = sizes[sizes.length - 2];
                swapped[sizes.length - 2] = sizes[sizes.length - 1];
            }
            return swapped;
        }

        @Override
        Tensor view(Tensor leaf) {
            return leaf.shape().rank() < 2 ? leaf : leaf.transpose();
        }
    };

    /** The shape of the leaf for an operand of this shape. */
    abstract int[] leaf(int... sizes);

    /** The operand. */
    abstract Tensor view(Tensor leaf);

    private static int[] last(int times, int more, int... sizes) {
        if (sizes.length == 0) {
            return sizes;
        }
        return Shape.of(sizes)
                .with(sizes.length - 1, times * sizes[sizes.length - 1] + more)
                .sizes();
    }
}
