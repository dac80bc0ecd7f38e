package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import java.util.Arrays;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What a kernel must know of one task, as the integers of one array: {@value #HEADER} words whose meaning is the kernel's own,
 * then blocks; and a few floats. A block is the way through operands of one shape: the rank r, r sizes, and for each operand r strides and an offset.
 */
final class Meta {
    /** Words in front of the blocks; the first block lies here. */
    static final int HEADER = 16;

    private int[] words;
    private int length = HEADER;
    private final float[] reals;

    /** The header's first words; no floats. */
    Meta(int... header) {
        this(new float[0], header);
    }

    /** Floats, and the header's first words. */
    Meta(float[] reals, int... header) {
        this.reals = reals;
        words = Arrays.copyOf(header, 64);
    }

    /** The integers. */
    int[] words() {
        return Arrays.copyOf(words, length);
    }

    /** Sets a word of the header. */
    Meta set(int word, int value) {
        words[word] = value;
        return this;
    }

    /** The floats. A device cannot make one of the bits of an integer. */
    float[] reals() {
        return reals;
    }

    /** Where the next block begins. */
    int next() {
        return length;
    }

    /** Appends a block; neighbouring dimensions that all operands walk through evenly become one. */
    Meta block(Layout... operands) {
        Shape shape = operands[0].shape();
        int[] sizes = new int[shape.rank()];
        int[][] strides = new int[operands.length][shape.rank()];
        int rank = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int size = shape.size(axis);
            if (size == 1) {
                continue;
            }
            if (rank > 0 && continues(operands, axis, strides, rank - 1)) {
                sizes[rank - 1] *= size;
            } else {
                sizes[rank++] = size;
            }
            for (int o = 0; o < operands.length; o++) {
                strides[o][rank - 1] = operands[o].stride(axis);
            }
        }
        append(rank);
        for (int d = 0; d < rank; d++) {
            append(sizes[d]);
        }
        for (int o = 0; o < operands.length; o++) {
            for (int d = 0; d < rank; d++) {
                append(strides[o][d]);
            }
            append(operands[o].offset());
        }
        return this;
    }

    private static boolean continues(Layout[] operands, int axis, int[][] strides, int last) {
        int size = operands[0].shape().size(axis);
        for (int o = 0; o < operands.length; o++) {
            if (strides[o][last] != operands[o].stride(axis) * size) {
                return false;
            }
        }
        return true;
    }

    /** Appends words. */
    Meta append(int... more) {
        if (length + more.length > words.length) {
            words = Arrays.copyOf(words, 2 * (length + more.length));
        }
        System.arraycopy(more, 0, words, length, more.length);
        length += more.length;
        return this;
    }

    /** In a kernel: the position of an operand's element, counted in row-major order, by the block at {@code at}. */
    static int position(IntArray meta, int at, int operand, int element) {
        int rank = meta.get(at);
        int strides = at + 1 + rank + operand * (rank + 1);
        int position = meta.get(strides + rank);
        int rest = element;
        for (int d = rank - 1; d >= 0; d--) {
            int size = meta.get(at + 1 + d);
            int outer = rest / size;
            position += (rest - outer * size) * meta.get(strides + d);
            rest = outer;
        }
        return position;
    }
}
