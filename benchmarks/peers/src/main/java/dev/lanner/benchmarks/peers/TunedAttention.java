package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.functional.HstuAttention;

/**
 * HSTU attention as fast as eager operations were made to be: {@code o = (silu(Q K^T + rab) ⊙ mask/L) V}.
 *
 * <p>Bias and mask are added and multiplied in place, which autograd allows since no gradient needs what they replace; what is not
 * needed again is freed at once. The bias is gathered by {@code torch.gather}, whose gradient takes 15 ms at the article's size,
 * where that of {@code torch.nn.functional.embedding} takes 280 on one thread or two. All that depends on the batch alone is made
 * once, the time buckets too, which Lanner computes within its step.
 */
final class TunedAttention implements PeerAttention {
    private final HeadSplit heads;
    private final ScriptFunction silu;
    private final Shape pairShape;
    private final int length;
    private final Pairs pairs;

    /**
     * Attention over a batch.
     *
     * @param manager owns what is made of the batch
     */
    TunedAttention(HstuConfig config, JaggedBatch batch, ScriptFunction silu, NDManager manager) {
        heads = new HeadSplit(config.attention().heads());
        this.silu = silu;
        length = config.maxLength();
        pairShape = heads.pairs(batch.sequences(), length);
        HstuAttention lanners = new HstuAttention(
                config.attention().heads(), length, length, config.attention().timeBoundaries());
        pairs = new Pairs(positions(length, manager), buckets(batch, lanners, manager), causal(length, manager));
    }

    /** {@code [L*L]}. */
    private static NDArray positions(int length, NDManager manager) {
        long[] positions = new long[length * length];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j < length; j++) {
                positions[i * length + j] = (long) i - j + length - 1;
            }
        }
        return manager.create(positions);
    }

    /** {@code [B*L*L]}. */
    private static NDArray buckets(JaggedBatch batch, HstuAttention attention, NDManager manager) {
        int length = attention.maxLength();
        long[] times = batch.timestamps();
        long[] buckets = new long[batch.sequences() * length * length];
        for (int s = 0; s < batch.sequences(); s++) {
            int start = batch.offsets()[s];
            int events = batch.offsets()[s + 1] - start;
            for (int i = 0; i < events; i++) {
                for (int j = 0; j < events; j++) {
                    buckets[(s * length + i) * length + j] = attention.bucket(times[start + i], times[start + j]);
                }
            }
        }
        return manager.create(buckets);
    }

    /**
     * {@code [L, L]}, 1/L where the key is not after the query, else 0: mask and divisor in one product. Padding needs no mask of its
     * own: it lies behind the events, which causality keeps from seeing it.
     */
    private static NDArray causal(int length, NDManager manager) {
        float[] causal = new float[length * length];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j <= i; j++) {
                causal[i * length + j] = 1f / length;
            }
        }
        return manager.create(causal, new Shape(length, length));
    }

    @Override
    public Pairs pairs() {
        return pairs;
    }

    @Override
    public NDArray forward(NDArray q, NDArray k, NDArray v, NDArray positionBias, NDArray timeBias, Pairs of) {
        NDArray scores = heads.split(q).matMul(heads.transposed(k));
        scores.addi(positionBias.gather(of.positions(), 0).reshape(length, length));
        try (NDArray bias = timeBias.gather(of.buckets(), 0);
                NDArray shaped = bias.reshape(pairShape)) {
            scores.addi(shaped);
        }
        NDArray weights = silu.apply(scores);
        weights.muli(of.mask());
        return heads.join(weights.matMul(heads.split(v)));
    }
}
