package dev.lanner.benchmarks.peers;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;

/** How much a training step has to compute, whoever computes it: multiplications and additions, without padding. */
final class Arithmetic {
    /** A multiplication and an addition. */
    private static final double MULTIPLY_ADD = 2;
    /** Forward, and the gradients of both factors. */
    private static final double PRODUCTS_OF_A_PRODUCT = 3;
    /** Of attention: scores and sums forward; scores again, and the gradients of weights, v, q and k. */
    private static final double ATTENTION_PRODUCTS = 2 + 5;
    /** The projections of a block: K, Q, V, U and the output. */
    private static final double BLOCK_PROJECTIONS = 5;

    private Arithmetic() {}

    /** Operations of a step: matrix products, attention over the causal pairs, similarities of the sampled softmax. */
    static double ofStep(HstuConfig config, JaggedBatch batch) {
        double rows = batch.rows();
        double d = config.width();
        double fusedInput = 2 * d * d + d * d;
        double blocks = config.blocks() * BLOCK_PROJECTIONS * d * d;
        double ratingHead = 2 * d * d + d;
        double similarities = (config.loss().negatives() + 1) * d;
        double products = rows * (fusedInput + blocks + ratingHead + similarities) * PRODUCTS_OF_A_PRODUCT;
        double attention = config.blocks() * causalPairs(batch) * ATTENTION_PRODUCTS * d;
        return MULTIPLY_ADD * (products + attention);
    }

    private static double causalPairs(JaggedBatch batch) {
        double pairs = 0;
        for (int b = 0; b < batch.sequences(); b++) {
            double length = batch.offsets()[b + 1] - batch.offsets()[b];
            pairs += length * (length + 1) / 2;
        }
        return pairs;
    }
}
