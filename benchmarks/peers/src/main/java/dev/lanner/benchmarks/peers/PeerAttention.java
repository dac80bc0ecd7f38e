package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;

/** HSTU attention over a padded batch in libtorch's eager operations. */
interface PeerAttention {
    /**
     * What depends on the batch alone, and is the same for all blocks of a step.
     *
     * @param positions I64, for each query and key the entry of the position table
     * @param buckets I64, for each sequence, query and key the entry of the time table
     * @param mask F32, 0 where the query does not see the key
     */
    record Pairs(NDArray positions, NDArray buckets, NDArray mask) {}

    /** That of this batch. */
    Pairs pairs();

    /**
     * The aggregated values; those of padding have no meaning.
     *
     * @param q {@code [B, L, D]}
     * @param k {@code [B, L, D]}
     * @param v {@code [B, L, D]}
     * @param positionBias {@code [2L-1]}
     * @param timeBias {@code [T]}
     * @return {@code [B, L, D]}
     */
    NDArray forward(NDArray q, NDArray k, NDArray v, NDArray positionBias, NDArray timeBias, Pairs pairs);
}
