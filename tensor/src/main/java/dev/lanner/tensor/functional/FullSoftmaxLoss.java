package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * Cross entropy of a target among all items: {@code logit(i, v) = h_i·table_v / temperature} over the rows v >= 1 of the table, of
 * which row 0 is padding. Rows whose target is 0 weigh nothing. A kernel need not hold the logits of all rows at a time; the
 * reference does.
 *
 * <p>Inputs: h {@code [N, D]}, table {@code [R, D]} with R at least 2, targets I32 {@code [N]}; output: the mean over the rows with a
 * target, a scalar (0 if there are none).
 *
 * @param temperature divides the products
 */
public record FullSoftmaxLoss(double temperature) implements FusedOp {
    /** A logit whose exponential is 0; finite, so that {@code NonFinite} has nothing to find. */
    private static final double EXCLUDED = -1e30;

    /** Checks the attribute. */
    public FullSoftmaxLoss {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException(
                    "fullSoftmaxLoss: the temperature must be positive, found " + temperature);
        }
    }

    @Override
    public String name() {
        return "fullSoftmaxLoss";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Tensor h = inputs[0];
        Operands.rank(name(), "h", h, 2);
        Operands.rank(name(), "table", inputs[1], 2);
        // Padding and an item at least: a softmax over nothing is nothing.
        Operands.shape(name(), "table", inputs[1], Math.max(2, inputs[1].size(0)), h.size(1));
        Operands.dtype(name(), "targets", inputs[2], DType.I32);
        Operands.shape(name(), "targets", inputs[2], h.size(0));
        inputs[2].requireIndices(name(), inputs[1].size(0));
        return new Shape[] {Shape.of()};
    }

    @Override
    public boolean isInteger(int input) {
        return input == 2;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor h = inputs[0];
        Tensor table = inputs[1];
        Tensor targets = inputs[2];
        Tensor isItem = Tensor.arange(DType.I32, table.size(0)).ne(targets.scalarLike(SampledSoftmaxLoss.NO_TARGET));
        Tensor products = h.matmul(table.transpose()).div(temperature);
        Tensor logits = isItem.where(products, h.scalarLike(EXCLUDED));
        Tensor target = h.mul(table.gatherRows(targets)).sum(false, 1).div(temperature);
        Tensor losses = Functional.logSumExp(logits, 1).sub(target);
        return new Tensor[] {Functional.maskedMean(losses, targets.ne(targets.scalarLike(SampledSoftmaxLoss.NO_TARGET)))
        };
    }
}
