package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * HSTU attention over padded sequences in libtorch's eager operations: {@code o = (silu(Q K^T + rab) ⊙ mask / L) V}.
 *
 * <p>What eager code may do to be fast it does: bias and mask are added and multiplied in place, which autograd allows since no
 * gradient needs what they replace; what is not needed again is freed at once. The bias is gathered by {@code torch.gather},
 * whose gradient takes 15 ms at this size, where that of {@code torch.nn.functional.embedding} takes 280 on one thread or two.
 *
 * @param heads H
 */
record PeerAttention(int heads, SiluFunction silu) {
    /**
     * The aggregated values.
     *
     * @param q {@code [B, L, D]}
     * @param k {@code [B, L, D]}
     * @param v {@code [B, L, D]}
     * @param positionBias {@code [2L-1]}
     * @param timeBias {@code [T]}
     * @return {@code [B, L, D]}
     */
    NDArray forward(NDArray q, NDArray k, NDArray v, NDArray positionBias, NDArray timeBias, PaddedBatch batch) {
        long l = batch.length();
        long b = batch.sequences();
        Shape pairs = heads == 1 ? new Shape(b, l, l) : new Shape(b, 1, l, l);
        NDArray scores = split(q).matMul(transposed(k));
        scores.addi(positionBias.gather(batch.positions(), 0).reshape(l, l));
        try (NDArray bias = timeBias.gather(batch.buckets(), 0);
                NDArray shaped = bias.reshape(pairs)) {
            scores.addi(shaped);
        }
        NDArray weights = silu.apply(scores);
        weights.muli(batch.causal());
        NDArray aggregated = weights.matMul(split(v));
        return heads == 1
                ? aggregated
                : aggregated.transpose(0, 2, 1, 3).reshape(b, l, v.getShape().get(2));
    }

    /** {@code [B, L, D]}, or of several heads {@code [B, H, L, D/H]}. */
    private NDArray split(NDArray x) {
        if (heads == 1) {
            return x;
        }
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads)
                .transpose(0, 2, 1, 3);
    }

    private NDArray transposed(NDArray x) {
        NDArray parts = split(x);
        return heads == 1 ? parts.transpose(0, 2, 1) : parts.transpose(0, 1, 3, 2);
    }
}
