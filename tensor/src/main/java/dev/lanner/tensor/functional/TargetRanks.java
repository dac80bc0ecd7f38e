package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;

/**
 * Where each row's target stands among the items that were not seen: 1, and one more for each item v >= 1 whose score is larger, or equal
 * while v is the smaller number. Items that were seen do not count, but the target always takes part. Column 0 is padding, and not
 * read.
 *
 * <p>Inputs: scores F32 {@code [B, R]} with R at least 2, targets I32 {@code [B]}, offsets I32 {@code [B+1]} (ascending from 0), seen I32
 * {@code [S]}: row b has seen the items {@code seen[offsets[b]]} to {@code seen[offsets[b+1] - 1]}, each named once; what is behind the
 * last offset is not read. Output: I32 {@code [B]}, the ranks; 0 where the target is 0; and {@code -v} where the score of an item is NaN, v
 * the first such. It has another dtype than the scores, so it is run by {@link Fused#update}: {@link #of}. Without a gradient.
 */
public record TargetRanks() implements FusedOp {
    private static final int NO_TARGET = SampledSoftmaxLoss.NO_TARGET;

    /** The ranks, {@code [B]}, of what the record takes as inputs. */
    public static Tensor of(Tensor scores, Tensor targets, Tensor offsets, Tensor seen) {
        Tensor ranks = Tensor.zeros(DType.I32, targets.shape());
        Fused.update(new TargetRanks(), new Tensor[] {ranks}, scores, targets, offsets, seen);
        return ranks;
    }

    @Override
    public String name() {
        return "targetRanks";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Tensor scores = inputs[0];
        Operands.dtype(name(), "scores", scores, DType.F32);
        Operands.rank(name(), "scores", scores, 2);
        int rows = scores.size(0);
        // Padding and an item at least.
        Operands.shape(name(), "scores", scores, rows, Math.max(2, scores.size(1)));
        Operands.dtype(name(), "targets", inputs[1], DType.I32);
        Operands.shape(name(), "targets", inputs[1], rows);
        Operands.dtype(name(), "offsets", inputs[2], DType.I32);
        Operands.shape(name(), "offsets", inputs[2], rows + 1);
        Operands.dtype(name(), "seen", inputs[3], DType.I32);
        Operands.rank(name(), "seen", inputs[3], 1);
        inputs[1].requireIndices(name(), scores.size(1));
        inputs[2].check(name(), offsets -> checkOffsets(offsets, inputs[3].size(0)));
        inputs[3].requireIndices(name(), scores.size(1));
        return new Shape[] {inputs[1].shape()};
    }

    private void checkOffsets(int[] offsets, int items) {
        if (offsets[0] != 0) {
            throw new ShapeException(name() + ": offsets must start with 0, found " + offsets[0]);
        }
        for (int b = 1; b < offsets.length; b++) {
            if (offsets[b] < offsets[b - 1] || offsets[b] > items) {
                throw new ShapeException(name() + ": offsets must ascend to at most " + items + " seen items, found "
                        + offsets[b - 1] + ", " + offsets[b] + " at row " + (b - 1));
            }
        }
    }

    /** All. */
    @Override
    public boolean readsValues() {
        return true;
    }

    @Override
    public boolean isInteger(int input) {
        return input > 0;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        int columns = inputs[0].size(1);
        float[] scores = inputs[0].toFloats();
        int[] targets = inputs[1].toInts();
        int[] offsets = inputs[2].toInts();
        int[] seen = inputs[3].toInts();
        int[] ranks = new int[targets.length];
        for (int b = 0; b < ranks.length; b++) {
            if (targets[b] != NO_TARGET) {
                int rank = rank(scores, b * columns, columns, targets[b]);
                ranks[b] = rank < 0 ? rank : rank - before(scores, b * columns, targets[b], seen, offsets, b);
            }
        }
        return new Tensor[] {Tensor.of(ranks, ranks.length)};
    }

    /** The rank among all items. */
    private static int rank(float[] scores, int first, int columns, int target) {
        float score = scores[first + target];
        int rank = 1;
        for (int item = 1; item < columns; item++) {
            float other = scores[first + item];
            if (Float.isNaN(other)) {
                return -item;
            }
            if (other > score || (other == score && item < target)) {
                rank++;
            }
        }
        return rank;
    }

    /** How many of the seen items are before the target. */
    private static int before(float[] scores, int first, int target, int[] seen, int[] offsets, int row) {
        float score = scores[first + target];
        int count = 0;
        for (int i = offsets[row]; i < offsets[row + 1]; i++) {
            float other = scores[first + seen[i]];
            boolean before = other > score || (other == score && seen[i] < target);
            if (before && seen[i] != NO_TARGET) {
                count++;
            }
        }
        return count;
    }
}
