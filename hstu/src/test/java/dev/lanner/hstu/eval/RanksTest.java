package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.TargetRanks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Counting beside sorting. */
class RanksTest {
    private static final int SENTINELS = 3;

    /** Few values, so that scores tie; zeros of both signs are equal, too. */
    @Provide
    Arbitrary<List<Float>> scores() {
        return Arbitraries.of(Float.NEGATIVE_INFINITY, -1f, -0f, 0f, 0.5f, 2f, Float.MAX_VALUE, Float.POSITIVE_INFINITY)
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    @Property(tries = 1000)
    void rankIsThePlaceInTheSortedList(
            @ForAll("scores") List<Float> scores,
            @ForAll @IntRange(max = 19) int chosen,
            @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 20) Integer> seenItems) {
        int itemCount = scores.size();
        int target = 1 + chosen % itemCount;
        BitSet seen = new BitSet();
        seenItems.forEach(seen::set);
        List<Integer> ranking = new ArrayList<>();
        for (int item = 1; item <= itemCount; item++) {
            if (item == target || !seen.get(item)) {
                ranking.add(item);
            }
        }
        // Stable, so that of equal scores the smaller item stays before.
        ranking.sort(Comparator.comparingDouble((Integer item) -> scores.get(item - 1) + 0.0)
                .reversed());
        int wanted = ranking.indexOf(target) + 1;
        assertEquals(wanted, Ranks.rankOf(padded(scores), SENTINELS, itemCount, target, seen));
    }

    /** What evaluation has a backend count is what is counted here. */
    @Property(tries = 200)
    void theOperationGivesTheSameRanks(
            @ForAll("scores") List<Float> scores, @ForAll @Size(max = 20) List<@IntRange(max = 20) Integer> seenItems) {
        int itemCount = scores.size();
        BitSet seen = new BitSet();
        seenItems.stream().filter(item -> item <= itemCount).forEach(seen::set);
        float[] rows = new float[itemCount * (itemCount + 1)];
        int[] targets = new int[itemCount];
        int[] offsets = new int[itemCount + 1];
        int[] expected = new int[itemCount];
        for (int b = 0; b < itemCount; b++) {
            System.arraycopy(padded(scores), SENTINELS, rows, b * (itemCount + 1), itemCount + 1);
            targets[b] = b + 1;
            // The first row has seen nothing.
            offsets[b + 1] = b * seen.cardinality();
            expected[b] = Ranks.rankOf(rows, b * (itemCount + 1), itemCount, b + 1, b == 0 ? new BitSet() : seen);
        }
        int[] packed = IntStream.range(1, itemCount).flatMap(b -> seen.stream()).toArray();
        Tensor ranks = TargetRanks.of(
                Tensor.of(rows, itemCount, itemCount + 1),
                Tensor.of(targets, itemCount),
                Tensor.of(offsets, itemCount + 1),
                Tensor.of(packed, packed.length));
        assertArrayEquals(expected, ranks.toInts());
    }

    @Example
    void seenItemsAreLeftOutButNotTheTarget() {
        float[] scores = {0, 5, 4, 3, 2};
        BitSet seen = new BitSet();
        assertEquals(3, Ranks.rankOf(scores, 0, 4, 3, seen));
        seen.set(1);
        assertEquals(2, Ranks.rankOf(scores, 0, 4, 3, seen));
        seen.set(3);
        assertEquals(2, Ranks.rankOf(scores, 0, 4, 3, seen));
    }

    @Example
    void nanIsNamed() {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> Ranks.rankOf(new float[] {0, 1, Float.NaN}, 0, 2, 1, new BitSet()));
        assertEquals("rank: the score of item 2 is NaN (target 1)", error.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> Ranks.rankOf(new float[] {0, 1, Float.NaN}, 0, 2, 2, new BitSet()));
    }

    @Example
    void targetsAndScoresThatDoNotFit() {
        float[] scores = new float[4];
        BitSet seen = new BitSet();
        assertEquals(
                "rank: the target must be in 1..3, found 0",
                assertThrows(IllegalArgumentException.class, () -> Ranks.rankOf(scores, 0, 3, 0, seen))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Ranks.rankOf(scores, 0, 3, 4, seen));
        assertEquals(
                "rank: 3 items and padding from 1 on take more than the 4 scores",
                assertThrows(IllegalArgumentException.class, () -> Ranks.rankOf(scores, 1, 3, 1, seen))
                        .getMessage());
    }

    /** Scores of items from 1 on, with NaN in all places that are none of their business. */
    private static float[] padded(List<Float> scores) {
        float[] padded = new float[SENTINELS + 1 + scores.size() + SENTINELS];
        Arrays.fill(padded, Float.NaN);
        for (int i = 0; i < scores.size(); i++) {
            padded[SENTINELS + 1 + i] = scores.get(i);
        }
        return padded;
    }
}
