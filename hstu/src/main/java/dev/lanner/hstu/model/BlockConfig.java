package dev.lanner.hstu.model;

import java.util.List;

/**
 * A block around its attention. Of {@link BlockKind#SASREC} only kind and epsilon are read: the rest is as SASRec has it.
 *
 * @param kind what the encoder is made of
 * @param inputNorm whether the projections see {@code LN(x)}, without scale and shift, instead of x
 * @param projectionBias whether the projections to K, Q, V and U have a bias
 * @param gateAffine whether the LN of the gate {@code U ⊙ LN(AV)} has a trained scale and shift
 * @param dropoutPlace before or after W_o
 * @param epsilon added to the variance in every LN
 */
public record BlockConfig(
        BlockKind kind,
        boolean inputNorm,
        boolean projectionBias,
        boolean gateAffine,
        DropoutPlace dropoutPlace,
        double epsilon) {
    void check(List<String> wrong) {
        Rules.require(wrong, kind != null && dropoutPlace != null, "block.kind and block.dropoutPlace must be there");
        Rules.require(wrong, epsilon > 0, "block.epsilon must be positive, found " + epsilon);
    }
}
