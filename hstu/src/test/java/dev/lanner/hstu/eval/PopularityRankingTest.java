package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.Event;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.data.LeaveOneOut.Part;
import dev.lanner.hstu.data.SampleData;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The baseline beside lists of rows, and what it reaches. */
class PopularityRankingTest {
    private static final int MAX_LENGTH = 200;

    @Provide
    Arbitrary<List<Event>> events() {
        return Event.lists();
    }

    @Property(tries = 500)
    void countsTrainingEventsOnly(@ForAll("events") List<Event> events, @ForAll Part part) {
        Map<Integer, List<Event>> histories = Event.keptHistories(events);
        Map<Integer, Integer> counts = new HashMap<>();
        for (List<Event> history : histories.values()) {
            for (Event event : history.subList(0, history.size() - 2)) {
                counts.merge(event.item(), 1, Integer::sum);
            }
        }
        RankingMetrics wanted = new RankingMetrics();
        for (List<Event> history : histories.values()) {
            int position = history.size() - (part == Part.TEST ? 1 : 2);
            int target = history.get(position).item();
            TreeSet<Integer> items =
                    new TreeSet<>(events.stream().map(Event::item).toList());
            history.subList(0, position).forEach(seen -> items.remove(seen.item()));
            items.add(target);
            List<Integer> ranking = new ArrayList<>(items);
            ranking.sort(Comparator.comparingInt((Integer item) -> -counts.getOrDefault(item, 0)));
            wanted.add(ranking.indexOf(target) + 1);
        }
        RankingMetrics found = new PopularityRanking(new LeaveOneOut(Event.interactions(events), 1)).evaluate(part);
        assertEquals(wanted.count(), found.count());
        assertEquals(wanted.mrr(), found.mrr());
        assertEquals(wanted.hitRate(3), found.hitRate(3));
    }

    @Example
    void isWeakOnTheSampleWhereTransitionsAreNot() {
        LeaveOneOut split =
                new LeaveOneOut(SampleData.generate(SampleData.DEFAULT_SEED).interactions(), MAX_LENGTH);
        double popularity = new PopularityRanking(split).evaluate(Part.TEST).hitRate(10);
        double transitions = transitions(split).hitRate(10);
        assertTrue(popularity > 0.01, "popularity " + popularity);
        assertTrue(transitions >= 8 * popularity, "transitions " + transitions + ", popularity " + popularity);
    }

    /** What the least model of sequences reaches: items ranked by how often they followed the last item in training. */
    private static RankingMetrics transitions(LeaveOneOut split) {
        Interactions interactions = split.interactions();
        int itemCount = interactions.itemCount();
        float[] counts = new float[(itemCount + 1) * (itemCount + 1)];
        for (int user : split.users()) {
            for (int i = interactions.start(user) + 1; i < split.trainingEnd(user); i++) {
                counts[interactions.itemAt(i - 1) * (itemCount + 1) + interactions.itemAt(i)]++;
            }
        }
        RankingMetrics metrics = new RankingMetrics();
        for (int user : split.users()) {
            int position = split.targetPosition(user, Part.TEST);
            int row = interactions.itemAt(position - 1) * (itemCount + 1);
            metrics.add(
                    Ranks.rankOf(counts, row, itemCount, interactions.itemAt(position), split.seen(user, Part.TEST)));
        }
        return metrics;
    }
}
