package dev.lanner.hstu;

import dev.lanner.hstu.inference.CandidateScores;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.BitSet;
import java.util.function.IntToDoubleFunction;

/**
 * Two-stage ranking: the first items by retrieval are candidates, and change places by {@code retrieval + weight * rating}; the others
 * follow by retrieval. So a longer list begins with the shorter one.
 *
 * @param candidates how many of the first are ranked again
 * @param ratingWeight weight of the predicted rating, 1 to 5, beside the retrieval score, in [-1, 1]
 */
record TwoStage(int candidates, double ratingWeight) {
    double score(float retrieval, float rating) {
        return retrieval + ratingWeight * rating;
    }

    /**
     * All items that are not left out, best first.
     *
     * @param scores of the items 1..V, item v's at v - 1
     * @param leftOut items, 1..V
     * @return items, 1..V
     */
    int[] ranking(CandidateScores scores, BitSet leftOut) {
        IntArrayList kept = new IntArrayList(scores.retrieval().length);
        for (int item = 1; item <= scores.retrieval().length; item++) {
            if (!leftOut.get(item)) {
                kept.add(item);
            }
        }
        int[] items = kept.toIntArray();
        sort(items, items.length, item -> scores.retrieval()[item - 1]);
        if (ratingWeight != 0) {
            sort(
                    items,
                    Math.min(candidates, items.length),
                    item -> score(scores.retrieval()[item - 1], scores.ratings()[item - 1]));
        }
        return items;
    }

    /** Sorts the first {@code count}, greatest score first; of equal ones the order stays, at first that of the items. */
    static void sort(int[] items, int count, IntToDoubleFunction score) {
        IntArrays.mergeSort(items, 0, count, (a, b) -> Double.compare(score.applyAsDouble(b), score.applyAsDouble(a)));
    }
}
