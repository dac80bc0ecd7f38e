package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.data.LeaveOneOut.Part;
import dev.lanner.hstu.data.Ml1m;
import dev.lanner.hstu.data.MovieLens;
import org.junit.jupiter.api.Test;

/** The baseline on the real data, where they are there: reading, split, filter and ranking in one figure. */
class Ml1mPopularityTest {
    @Test
    void hitRateOfTheTestTargets() {
        LeaveOneOut split = new LeaveOneOut(MovieLens.read(Ml1m.folder()).interactions(), 200);
        RankingMetrics metrics = new PopularityRanking(split).evaluate(Part.TEST);
        assertEquals(6_040, metrics.count());
        assertEquals(0.0369, metrics.hitRate(10), 0.0005);
    }
}
