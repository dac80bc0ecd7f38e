package dev.lanner.backend.cpu;

import dev.lanner.tensor.functional.Dropout;
import java.util.Arrays;

/** A linear layer with dropout and a residual connection. The backward pass draws the mask again instead of saving it. */
record DropoutAddEpilogue(LinearLoops loops, RandomLoops masks, Dropout dropout) implements LinearEpilogue {
    private static final int MASK = 0;
    private static final int WORDS = 0;

    @Override
    public boolean keepsProduct() {
        return false;
    }

    @Override
    public void forward(LinearOperands operands, int part, int first, int end, Scratch scratch) {
        Rows y = operands.y();
        Rows added = operands.added();
        int row = operands.row(part, first);
        int before = before(operands, first);
        loops.dropoutAdd(
                end - first,
                operands.width(),
                y.values(),
                y.at(row),
                y.stride(),
                operands.bias().values(),
                operands.biasAt(part),
                mask(operands, first, end, scratch),
                before,
                added.values(),
                added.at(first),
                added.stride());
    }

    @Override
    public void backward(
            LinearOperands operands,
            Rows dy,
            int part,
            int first,
            int end,
            float[] dProduct,
            int offset,
            int stride,
            float[] sums,
            int sumsOffset,
            Scratch scratch) {
        int before = before(operands, first);
        loops.dropoutGradient(
                end - first,
                operands.width(),
                dy.values(),
                dy.at(first),
                dy.stride(),
                mask(operands, first, end, scratch),
                before,
                dProduct,
                offset,
                stride,
                sums,
                sumsOffset);
    }

    /** Elements that are drawn in front of a row, since masks start at multiples of {@link RandomLoops#UNIT}. */
    private static int before(LinearOperands operands, int row) {
        return row * operands.width() % RandomLoops.UNIT;
    }

    /** The mask of some rows, which follows those elements. */
    private float[] mask(LinearOperands operands, int first, int end, Scratch scratch) {
        int before = before(operands, first);
        int count = before + (end - first) * operands.width();
        float[] mask = scratch.floats(MASK, count);
        if (dropout.probability() == 0) {
            Arrays.fill(mask, 0, count, 1);
        } else {
            int start = first * operands.width() - before;
            masks.mask(dropout.key(), dropout.probability(), start, count, scratch.ints(WORDS, count), mask);
        }
        return mask;
    }
}
