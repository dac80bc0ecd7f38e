package dev.lanner.hstu.eval;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;

/** The baseline beside every result: items ranked by how often they occur in the training sequences, the same for every user. */
public final class PopularityRanking {
    private final LeaveOneOut split;
    private final float[] counts;

    /** Counts the training events of a split. */
    public PopularityRanking(LeaveOneOut split) {
        this.split = split;
        Interactions interactions = split.interactions();
        counts = new float[interactions.itemCount() + 1];
        for (int user : split.users()) {
            for (int i = interactions.start(user); i < split.trainingEnd(user); i++) {
                counts[interactions.itemAt(i)]++;
            }
        }
    }

    /** Ranks the targets of a part, without what the user has seen. */
    public RankingMetrics evaluate(LeaveOneOut.Part part) {
        Interactions interactions = split.interactions();
        RankingMetrics metrics = new RankingMetrics();
        for (int user : split.users()) {
            int target = interactions.itemAt(split.targetPosition(user, part));
            metrics.add(Ranks.rankOf(counts, 0, interactions.itemCount(), target, split.seen(user, part)));
        }
        return metrics;
    }
}
