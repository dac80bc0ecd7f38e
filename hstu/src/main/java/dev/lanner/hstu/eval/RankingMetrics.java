package dev.lanner.hstu.eval;

import it.unimi.dsi.fastutil.ints.IntArrayList;

/** Figures of rankings with one target each: hit rate (which is recall then), NDCG and mean reciprocal rank. */
public final class RankingMetrics {
    private final IntArrayList ranks = new IntArrayList();

    /** No ranking yet. */
    public RankingMetrics() {}

    /**
     * Adds the rank of a target.
     *
     * @param rank from 1
     * @throws IllegalArgumentException if it is below 1
     */
    public void add(int rank) {
        if (rank < 1) {
            throw new IllegalArgumentException("metrics: ranks start at 1, found " + rank);
        }
        ranks.add(rank);
    }

    /** How many rankings were added. */
    public int count() {
        return ranks.size();
    }

    /** HR@k: the share of targets with a rank of at most k; 0 without rankings. */
    public double hitRate(int k) {
        int hits = 0;
        for (int i = 0; i < ranks.size(); i++) {
            hits += ranks.getInt(i) <= k ? 1 : 0;
        }
        return ratio(hits);
    }

    /** NDCG@k: the mean of {@code 1 / log2(rank + 1)} where the rank is at most k, else 0; 0 without rankings. */
    public double ndcg(int k) {
        double gain = 0;
        for (int i = 0; i < ranks.size(); i++) {
            int rank = ranks.getInt(i);
            gain += rank <= k ? Math.log(2) / Math.log(rank + 1.0) : 0;
        }
        return ratio(gain);
    }

    /** MRR: the mean of 1 / rank; 0 without rankings. */
    public double mrr() {
        double sum = 0;
        for (int i = 0; i < ranks.size(); i++) {
            sum += 1.0 / ranks.getInt(i);
        }
        return ratio(sum);
    }

    private double ratio(double sum) {
        return ranks.isEmpty() ? 0 : sum / ranks.size();
    }
}
