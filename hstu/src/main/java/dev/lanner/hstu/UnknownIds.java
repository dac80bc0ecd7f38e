package dev.lanner.hstu;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** What is done about users without events, and items, that a recommender does not know. */
public enum UnknownIds {
    /** They are an error that names them. */
    ERROR,
    /** They are left out of the answer. */
    SKIP,
    /** They get the most popular items. Unknown candidates, which nobody has rated, are left out. */
    POPULAR;

    /**
     * The ids that get an answer: all, or the known ones.
     *
     * @param operation and {@code what} are for the message
     * @throws IllegalArgumentException if some are unknown and that is an error
     */
    int[] answered(String operation, String what, int[] ids, IntPredicate isKnown) {
        int[] unknownIds = IntStream.of(ids).filter(isKnown.negate()).toArray();
        if (unknownIds.length > 0 && this == ERROR) {
            throw new IllegalArgumentException(
                    operation + ": " + what + " without events: " + Arrays.toString(unknownIds));
        }
        return this == SKIP ? IntStream.of(ids).filter(isKnown).toArray() : ids;
    }
}
