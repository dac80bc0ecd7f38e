package dev.lanner.tensor.functional;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;

/** Functions of tensors beyond the operations of {@link Tensor} itself: normalisations, losses, and the fused parts of models. */
public final class Functional {
    /** Norms are clamped here from below, so that a row of zeros has a direction of zeros. */
    public static final double MIN_NORM = 1e-6;

    private Functional() {}

    /** Softmax along an axis. */
    public static Tensor softmax(Tensor x, int axis) {
        int along = x.shape().axis("softmax", axis);
        return Fused.apply(new Softmax(), x.transpose(along, -1)).transpose(along, -1);
    }

    /** {@code x - logSumExp(x)} along an axis. */
    public static Tensor logSoftmax(Tensor x, int axis) {
        return x.sub(logSumExp(x, axis).unsqueeze(x.shape().axis("logSoftmax", axis)));
    }

    /** {@code log(sum(exp(x)))} along an axis, which disappears; without overflow. */
    public static Tensor logSumExp(Tensor x, int axis) {
        int along = x.shape().axis("logSumExp", axis);
        Tensor max = x.detach().max(true, along);
        // Where all are -infinity, or one is +infinity, there is nothing to subtract.
        Tensor finite = max.abs().lt(x.scalarLike(Double.POSITIVE_INFINITY));
        Tensor shift = finite.where(max, x.scalarLike(0));
        return x.sub(shift).exp().sum(true, along).log().add(shift).squeeze(along);
    }

    /**
     * Layer normalisation of the last axis.
     *
     * @param gamma scale {@code [D]}
     * @param beta shift {@code [D]}
     */
    public static Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon) {
        return Fused.apply(new LayerNorm(epsilon), x, gamma, beta);
    }

    /** Divides each row (last axis) by its Euclidean norm, clamped below at {@link #MIN_NORM}. */
    public static Tensor l2Normalize(Tensor x) {
        return x.div(x.square()
                .sum(true, -1)
                .maximum(x.scalarLike(MIN_NORM * MIN_NORM))
                .sqrt());
    }

    /** The cosine of the angle between rows (last axis) of equal shapes or shapes that broadcast, {@code [...]}. */
    public static Tensor cosineSimilarity(Tensor a, Tensor b) {
        return l2Normalize(a).mul(l2Normalize(b)).sum(false, -1);
    }

    /**
     * Dropout while training, else x itself.
     *
     * @param probability of an element to be dropped, in [0, 1)
     * @param key the stream of the mask
     */
    public static Tensor dropout(Tensor x, double probability, RandomKey key, boolean training) {
        Dropout op = new Dropout(probability, key);
        return training && probability > 0 ? Fused.apply(op, x) : x;
    }

    /**
     * {@code x W^T + b}.
     *
     * @param x {@code [..., K]}
     * @param weight W {@code [M, K]}
     * @param bias b {@code [M]}
     * @return {@code [..., M]}
     * @throws ShapeException if they do not fit
     */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return widened(x, Fused.apply(new Linear(), rows("linear", x), weight, bias));
    }

    /**
     * {@code silu(x W^T + b)}, of the shapes of {@link #linear}.
     *
     * @throws ShapeException if they do not fit
     */
    public static Tensor linearSilu(Tensor x, Tensor weight, Tensor bias) {
        return widened(x, Fused.apply(new LinearSilu(1), rows("linearSilu", x), weight, bias));
    }

    private static Tensor rows(String op, Tensor x) {
        int rank = x.shape().rank();
        if (rank == 2) {
            return x;
        }
        if (rank == 0) {
            throw new ShapeException(op + ": x needs a last axis, found " + x.shape());
        }
        return x.reshape(x.shape().with(rank - 1, 1).elements(), x.size(-1));
    }

    /** A product of {@link #rows} with the leading dimensions of x again. */
    private static Tensor widened(Tensor x, Tensor product) {
        return product.reshape(
                x.shape().with(x.shape().rank() - 1, product.size(-1)).sizes());
    }

    /** The mean squared error of equal shapes, a scalar: a loss never broadcasts. */
    public static Tensor mse(Tensor prediction, Tensor target) {
        Operands.shape("mse", "target", target, prediction.shape().sizes());
        return prediction.sub(target).square().mean();
    }

    /**
     * The mean cross entropy of class logits.
     *
     * @param logits {@code [N, C]}
     * @param targets I32 {@code [N]}, classes in [0, C)
     * @return a scalar
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets) {
        Operands.rank("crossEntropy", "logits", logits, 2);
        Operands.dtype("crossEntropy", "targets", targets, DType.I32);
        Operands.shape("crossEntropy", "targets", targets, logits.size(0));
        Tensor isTarget = targets.oneHot(logits.size(1));
        return isTarget.where(logSoftmax(logits, 1), logits.scalarLike(0))
                .sum(false, 1)
                .mean()
                .neg();
    }

    /**
     * The mean of the elements whose mask is not 0, a scalar; 0 if there are none.
     *
     * @param values any shape
     * @param mask I32 of the same shape
     */
    public static Tensor maskedMean(Tensor values, Tensor mask) {
        Operands.shape("maskedMean", "mask", mask, values.shape().sizes());
        Tensor count = mask.ne(mask.scalarLike(0)).to(values.dtype()).sum().maximum(values.scalarLike(1));
        return mask.where(values, values.scalarLike(0)).sum().div(count);
    }

    /**
     * Cross entropy of a target among sampled negatives: see {@link SampledSoftmaxLoss}.
     *
     * @param h states {@code [N, D]}
     * @param table item embeddings {@code [R, D]}
     * @param targets I32 {@code [N]}, 0 for rows that weigh nothing
     * @param negatives I32 {@code [N, K]}
     * @return a scalar
     * @throws IndexOutOfBoundsException if an item is outside of the table
     */
    public static Tensor sampledSoftmaxLoss(
            Tensor h, Tensor table, Tensor targets, Tensor negatives, double temperature) {
        return Fused.apply(new SampledSoftmaxLoss(temperature), h, table, targets, negatives);
    }

    /**
     * Cross entropy of a target among all items on cosine similarities, {@code cos(h_i, table_v) / temperature}: see
     * {@link FullSoftmaxLoss}.
     *
     * @param h states {@code [N, D]}
     * @param table item embeddings {@code [R, D]}, of which row 0 is padding
     * @param targets I32 {@code [N]}, 0 for rows that weigh nothing
     * @return a scalar
     * @throws IndexOutOfBoundsException if a target is outside of the table
     */
    public static Tensor fullSoftmaxLoss(Tensor h, Tensor table, Tensor targets, double temperature) {
        return Fused.apply(new FullSoftmaxLoss(temperature), l2Normalize(h), l2Normalize(table), targets);
    }
}
