package dev.lanner.hstu.train;

/**
 * Figures of a model on held-out events, ranked against the full catalogue without what the user has seen.
 *
 * @param hitRate10 share of targets among the first 10
 * @param ndcg10 mean of {@code 1 / log2(rank + 1)} where the rank is at most 10, else 0
 * @param hitRate50 as above, for 50
 * @param ndcg50 as above, for 50
 * @param hitRate200 as above, for 200
 * @param ndcg200 as above, for 200
 * @param mrr mean of 1 / rank
 * @param ratingRmse root mean squared error of the predicted ratings, 0 from a model that predicts none
 * @param ratingMae mean absolute error of the predicted ratings, 0 from a model that predicts none
 */
public record Evaluation(
        double hitRate10,
        double ndcg10,
        double hitRate50,
        double ndcg50,
        double hitRate200,
        double ndcg200,
        double mrr,
        double ratingRmse,
        double ratingMae) {}
