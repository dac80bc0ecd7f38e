package dev.lanner.hstu;

import dev.lanner.hstu.data.Action;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.inference.CandidateScores;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What a weight of the predicted rating does to recommendations, on the validation targets.
 *
 * @param weight of the rating beside the cosine similarity
 * @param hitRate10 share of targets among the first 10
 * @param ndcg10 mean of {@code 1 / log2(rank + 1)} where the rank is at most 10, else 0
 * @param likedNdcg10 the same over the targets that were rated 4 or 5 alone
 * @param meanRating mean of the ratings that are predicted for the first 10
 */
public record RatingWeightTrial(double weight, double hitRate10, double ndcg10, double likedNdcg10, double meanRating) {
    private static final int FIRST = 10;
    /** The validation target and the test target, which stays unseen. */
    private static final int HELD_OUT = 2;

    /**
     * Tries weights on each user's second-last event, from the events before it.
     *
     * @return one for each weight, in the given order
     * @throws IllegalArgumentException if the model predicts no ratings
     */
    public static List<RatingWeightTrial> onValidation(Recommender recommender, double... weights) {
        if (!recommender.predictsRatings()) {
            throw new IllegalArgumentException("trial: preset "
                    + recommender.config().model().preset() + " predicts no ratings that could have a weight");
        }
        Recommender before = recommender.withoutLast(HELD_OUT);
        Interactions interactions = before.data().interactions();
        LeaveOneOut split =
                new LeaveOneOut(interactions, before.config().model().maxLength());
        Figures[] figures = new Figures[weights.length];
        Arrays.setAll(figures, w -> new Figures(new TwoStage(before.ranking().candidates(), weights[w])));
        for (int user : split.users()) {
            int position = split.targetPosition(user, LeaveOneOut.Part.VALIDATION);
            int target = interactions.itemAt(position);
            boolean liked = Action.of(interactions.ratingAt(position)) == Action.POSITIVE;
            CandidateScores scores = before.scores(user);
            BitSet leftOut = before.histories().seen(user);
            leftOut.clear(target);
            for (Figures figure : figures) {
                figure.add(scores, leftOut, target, liked);
            }
        }
        List<RatingWeightTrial> trials = new ArrayList<>();
        for (Figures figure : figures) {
            trials.add(figure.trial());
        }
        return trials;
    }

    /** The sums of one weight. */
    private static final class Figures {
        private final TwoStage stages;
        private final RankingMetrics all = new RankingMetrics();
        private final RankingMetrics ofLiked = new RankingMetrics();
        private double ratings;
        private int rated;

        Figures(TwoStage stages) {
            this.stages = stages;
        }

        void add(CandidateScores scores, BitSet leftOut, int target, boolean liked) {
            int[] items = stages.ranking(scores, leftOut);
            int rank = IntArrayList.wrap(items).indexOf(target) + 1;
            all.add(rank);
            if (liked) {
                ofLiked.add(rank);
            }
            for (int place = 0; place < Math.min(FIRST, items.length); place++) {
                ratings += scores.ratings()[items[place] - 1];
                rated++;
            }
        }

        RatingWeightTrial trial() {
            return new RatingWeightTrial(
                    stages.ratingWeight(),
                    all.hitRate(FIRST),
                    all.ndcg(FIRST),
                    ofLiked.ndcg(FIRST),
                    rated == 0 ? 0 : ratings / rated);
        }
    }
}
