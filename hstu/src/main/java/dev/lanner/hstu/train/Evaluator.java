package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.Ranks;
import dev.lanner.hstu.eval.RatingCalibration;
import dev.lanner.hstu.eval.RatingErrors;
import dev.lanner.hstu.model.Encoded;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;

/** Ranks held-out targets against the full catalogue, without the items that the user has seen. */
public final class Evaluator {
    private static final int BATCH_SIZE = 128;

    private final HstuModel model;
    private final LeaveOneOut split;

    /** An evaluator of a model, whatever its parameters are when it is asked. */
    public Evaluator(HstuModel model, LeaveOneOut split) {
        this.model = model;
        this.split = split;
    }

    /** Figures on the held-out targets of one part; the model is in evaluation mode afterwards. */
    public Evaluation evaluate(LeaveOneOut.Part part) {
        return evaluate(part, new RatingCalibration());
    }

    /**
     * Figures on the held-out targets of one part; the model is in evaluation mode afterwards.
     *
     * @param calibration gets each predicted rating with the one that was given
     */
    public Evaluation evaluate(LeaveOneOut.Part part, RatingCalibration calibration) {
        model.eval();
        RankingMetrics ranking = new RankingMetrics();
        RatingErrors errors = new RatingErrors();
        for (JaggedBatch batch : split.evaluationBatches(part, BATCH_SIZE)) {
            try (Scope scope = Scope.open()) {
                evaluate(batch, part, ranking, errors, calibration);
            }
        }
        return new Evaluation(
                ranking.hitRate(10),
                ranking.ndcg(10),
                ranking.hitRate(50),
                ranking.ndcg(50),
                ranking.hitRate(200),
                ranking.ndcg(200),
                ranking.mrr(),
                errors.rmse(),
                errors.mae());
    }

    private void evaluate(
            JaggedBatch batch,
            LeaveOneOut.Part part,
            RankingMetrics ranking,
            RatingErrors errors,
            RatingCalibration calibration) {
        int sequences = batch.sequences();
        int[] last = new int[sequences];
        int[] targets = new int[sequences];
        for (int b = 0; b < sequences; b++) {
            last[b] = batch.offsets()[b + 1] - 1;
            targets[b] = batch.targetItems()[last[b]];
        }
        int rows = batch.rows();
        Encoded encoded = model.encode(
                Sequences.of(batch), Tensor.of(batch.targetItems(), rows), Tensor.of(batch.targetTimestamps(), rows));
        Tensor ends = Tensor.of(last, sequences);
        float[] scores = model.scores(encoded.states().gatherRows(ends)).toFloats();
        float[] ratings = model.ratings(encoded.ratingStates().gatherRows(ends), Tensor.of(targets, sequences))
                .toFloats();
        int columns = model.itemCount() + 1;
        for (int b = 0; b < sequences; b++) {
            int user = batch.users()[b];
            ranking.add(Ranks.rankOf(scores, b * columns, model.itemCount(), targets[b], split.seen(user, part)));
            float given = batch.targetRatings()[last[b]];
            errors.add(ratings[b], given);
            calibration.add(ratings[b], given);
        }
    }
}
