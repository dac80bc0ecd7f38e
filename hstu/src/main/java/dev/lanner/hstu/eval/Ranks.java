package dev.lanner.hstu.eval;

import java.util.BitSet;

/** Where a target stands among all items. */
public final class Ranks {
    private Ranks() {}

    /**
     * The rank of a target among the items 1..V that were not seen; the target itself always takes part. Of equal scores the smaller
     * item comes first, so that a ranking never depends on the order of a sort.
     *
     * @param scores of item v at {@code offset + v}; the one of padding, item 0, is not read
     * @param itemCount V
     * @param target 1..V
     * @param seen items to leave out
     * @return the rank, from 1
     * @throws IllegalArgumentException if the target is no item, there are too few scores, or any item's score is NaN
     */
    public static int rankOf(float[] scores, int offset, int itemCount, int target, BitSet seen) {
        if (target < 1 || target > itemCount) {
            throw new IllegalArgumentException("rank: the target must be in 1.." + itemCount + ", found " + target);
        }
        if (offset < 0 || scores.length - offset <= itemCount) {
            throw new IllegalArgumentException("rank: " + itemCount + " items and padding from " + offset
                    + " on take more than the " + scores.length + " scores");
        }
        float score = scores[offset + target];
        int rank = 1;
        for (int item = 1; item <= itemCount; item++) {
            float other = scores[offset + item];
            if (Float.isNaN(other)) {
                throw new IllegalArgumentException(
                        "rank: the score of item " + item + " is NaN (target " + target + ")");
            }
            boolean before = other > score || (other == score && item < target);
            if (before && !seen.get(item)) {
                rank++;
            }
        }
        return rank;
    }
}
