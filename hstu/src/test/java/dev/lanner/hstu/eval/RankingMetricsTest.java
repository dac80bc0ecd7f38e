package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Figures of ranks beside those of lists of relevance. */
class RankingMetricsTest {
    static final int ITEMS = 300;
    private static final double TOLERANCE = 1e-12;

    @Property(tries = 300)
    void agreesWithTheDefinitionsOverRankedLists(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = ITEMS) Integer> ranks) {
        RankingMetrics metrics = new RankingMetrics();
        ranks.forEach(metrics::add);
        assertEquals(ranks.size(), metrics.count());
        for (int k : new int[] {1, 10, 50, 200}) {
            double hits = 0;
            double gain = 0;
            for (int rank : ranks) {
                boolean[] relevant = new boolean[ITEMS];
                relevant[rank - 1] = true;
                boolean hit = false;
                double dcg = 0;
                for (int i = 0; i < k; i++) {
                    hit |= relevant[i];
                    dcg += relevant[i] ? 1 / (Math.log(i + 2) / Math.log(2)) : 0;
                }
                hits += hit ? 1 : 0;
                // The ideal list has its one relevant item first, with a gain of 1.
                gain += dcg / 1;
            }
            assertEquals(hits / ranks.size(), metrics.hitRate(k), TOLERANCE);
            assertEquals(gain / ranks.size(), metrics.ndcg(k), TOLERANCE);
        }
        double reciprocal =
                ranks.stream().mapToDouble(rank -> 1.0 / rank).average().orElseThrow();
        assertEquals(reciprocal, metrics.mrr(), TOLERANCE);
    }

    @Example
    void knownFigures() {
        RankingMetrics metrics = new RankingMetrics();
        metrics.add(1);
        metrics.add(3);
        metrics.add(10);
        metrics.add(11);
        assertEquals(0.75, metrics.hitRate(10));
        assertEquals((1 + 0.5 + Math.log(2) / Math.log(11)) / 4, metrics.ndcg(10), TOLERANCE);
        assertEquals((1 + 1 / 3.0 + 1 / 10.0 + 1 / 11.0) / 4, metrics.mrr(), TOLERANCE);
    }

    @Example
    void nothingAdded() {
        RankingMetrics metrics = new RankingMetrics();
        assertEquals(0, metrics.hitRate(10));
        assertEquals(0, metrics.ndcg(10));
        assertEquals(0, metrics.mrr());
    }

    @Example
    void ranksStartAtOne() {
        RankingMetrics metrics = new RankingMetrics();
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> metrics.add(0));
        assertEquals("metrics: ranks start at 1, found 0", error.getMessage());
        assertEquals(0, metrics.count());
    }
}
