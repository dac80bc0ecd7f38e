package dev.lanner.hstu;

import dev.lanner.hstu.inference.CandidateScores;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.BitSet;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Two-stage ranking: the first items by retrieval are candidates, and change places by {@code retrieval + weight * rating}; the others
 * follow by retrieval. So a longer list begins with the shorter one.
 *
 * @param candidates how many of the first are ranked again
 * @param ratingWeight weight of the predicted rating (1 to 5) beside the retrieval score (a cosine)
 */
public record TwoStage(int candidates, double ratingWeight) {
    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if candidates are negative or the weight is not finite
     */
    public TwoStage {
        if (candidates < 0) {
            throw new IllegalArgumentException("two-stage: candidates must not be negative, found " + candidates);
        }
        if (!Double.isFinite(ratingWeight)) {
            throw new IllegalArgumentException("two-stage: the rating weight must be finite, found " + ratingWeight);
        }
    }

    /** The score of the candidate at a place; without predicted ratings it is the retrieval score. */
    double score(CandidateScores scores, int place) {
        float retrieval = scores.retrieval()[place];
        return scores.ratings().length == 0 ? retrieval : retrieval + ratingWeight * scores.ratings()[place];
    }

    /**
     * All items that are not left out, best first.
     *
     * @param scores of the items 1..V, item v's at v - 1
     * @param leftOut items, 1..V
     * @return items, 1..V
     */
    int[] ranking(CandidateScores scores, BitSet leftOut) {
        int[] places = IntStream.range(0, scores.retrieval().length)
                .filter(place -> !leftOut.get(place + 1))
                .toArray();
        return IntStream.of(ranked(scores, places)).map(place -> place + 1).toArray();
    }

    /**
     * Places of candidates that were scored, best first; of equal scores the order stays.
     *
     * @param scores of candidates
     * @param places of those to rank
     */
    public int[] ranked(CandidateScores scores, int... places) {
        int[] ranked = places.clone();
        sort(ranked, ranked.length, place -> scores.retrieval()[place]);
        sort(ranked, Math.min(candidates, ranked.length), place -> score(scores, place));
        return ranked;
    }

    /** Sorts the first {@code count}, greatest score first; of equal ones the order stays, at first that of the items. */
    static void sort(int[] items, int count, IntToDoubleFunction score) {
        IntArrays.mergeSort(items, 0, count, (a, b) -> Double.compare(score.applyAsDouble(b), score.applyAsDouble(a)));
    }
}
