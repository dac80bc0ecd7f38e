package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * Cross entropy of a target among sampled negatives, on cosine similarities with a temperature: {@code logit(i, v) = cos(h_i,
 * table_v) / temperature}, over the target and K negatives of each row; a negative that is the target does not count. Rows whose
 * target is 0 (padding) weigh nothing.
 *
 * <p>Inputs: h {@code [N, D]}, table {@code [R, D]}, targets I32 {@code [N]}, negatives I32 {@code [N, K]}; output: the mean over
 * the rows with a target, a scalar (0 if there are none).
 *
 * @param temperature divides the similarities
 */
public record SampledSoftmaxLoss(double temperature) implements FusedOp {
    /** The target of rows that weigh nothing. */
    public static final int NO_TARGET = 0;

    /** A logit whose exponential is 0; finite, so that {@code NonFinite} has nothing to find. */
    private static final double EXCLUDED = -1e30;

    public SampledSoftmaxLoss {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException(
                    "sampledSoftmaxLoss: the temperature must be positive, found " + temperature);
        }
    }

    @Override
    public String name() {
        return "sampledSoftmaxLoss";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Tensor h = inputs[0];
        Operands.rank(name(), "h", h, 2);
        Operands.rank(name(), "table", inputs[1], 2);
        Operands.shape(name(), "table", inputs[1], inputs[1].size(0), h.size(1));
        Operands.dtype(name(), "targets", inputs[2], DType.I32);
        Operands.shape(name(), "targets", inputs[2], h.size(0));
        Operands.dtype(name(), "negatives", inputs[3], DType.I32);
        Operands.rank(name(), "negatives", inputs[3], 2);
        Operands.shape(name(), "negatives", inputs[3], h.size(0), inputs[3].size(1));
        inputs[2].requireIndices(name(), inputs[1].size(0));
        inputs[3].requireIndices(name(), inputs[1].size(0));
        return new Shape[] {Shape.of()};
    }

    @Override
    public boolean isInteger(int input) {
        return input == 2 || input == 3;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor h = Functional.l2Normalize(inputs[0]);
        Tensor table = Functional.l2Normalize(inputs[1]);
        Tensor targets = inputs[2];
        Tensor negatives = inputs[3];
        Tensor positive = h.mul(table.gatherRows(targets)).sum(true, 1).div(temperature);
        Tensor negative =
                h.unsqueeze(1).mul(table.gatherRows(negatives)).sum(false, 2).div(temperature);
        Tensor isTarget = negatives.eq(targets.unsqueeze(1));
        Tensor excluded = h.scalarLike(EXCLUDED);
        Tensor logits = Tensor.concat(1, positive, isTarget.where(excluded, negative));
        Tensor losses = Functional.logSumExp(logits, 1).sub(positive.squeeze(1));
        return new Tensor[] {Functional.maskedMean(losses, targets.ne(targets.scalarLike(NO_TARGET)))};
    }
}
