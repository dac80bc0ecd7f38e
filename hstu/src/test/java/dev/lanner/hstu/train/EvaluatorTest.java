package dev.lanner.hstu.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.Ranks;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.InitialValues;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Tensor;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private static final HstuConfig MODEL = TrainerTest.MODEL;

    @Test
    void evaluatesAsRankingEachUserByHandDoes() {
        Interactions interactions = TrainerTest.walks();
        LeaveOneOut split = new LeaveOneOut(interactions, MODEL.maxLength());
        HstuModel model = new HstuModel(MODEL, interactions.itemCount(), 1);
        Evaluation evaluation = new Evaluator(model, split).evaluate(LeaveOneOut.Part.TEST);
        RankingMetrics expected = new RankingMetrics();
        double squares = 0;
        for (JaggedBatch one : split.evaluationBatches(LeaveOneOut.Part.TEST, 1)) {
            Tensor states = model.encode(Sequences.of(one, model.config()));
            Tensor last = states.narrow(0, one.rows() - 1, 1);
            int target = one.targetItems()[one.rows() - 1];
            float[] scores = model.scores(last).toFloats();
            int user = one.users()[0];
            expected.add(
                    Ranks.rankOf(scores, 0, interactions.itemCount(), target, split.seen(user, LeaveOneOut.Part.TEST)));
            double rating =
                    model.ratings(last, Tensor.of(new int[] {target}, 1)).item();
            squares += Math.pow(rating - one.targetRatings()[one.rows() - 1], 2);
        }
        assertEquals(expected.hitRate(10), evaluation.hitRate10());
        assertEquals(expected.ndcg(10), evaluation.ndcg10(), 1e-12);
        assertEquals(expected.mrr(), evaluation.mrr(), 1e-12);
        assertEquals(Math.sqrt(squares / expected.count()), evaluation.ratingRmse(), 1e-6);
    }

    /** A model that asks at the target's time is told it at evaluation, and without query time the last event's. */
    @Test
    void evaluatesWithAndWithoutQueryTime() {
        HstuConfig settings = MODEL.with("attention.queryTime", true)
                .with("initial.timeBias", new InitialValues(InitialValues.Distribution.NORMAL, 3));
        LeaveOneOut split = new LeaveOneOut(TrainerTest.walks(), MODEL.maxLength());
        HstuModel model = new HstuModel(settings, split.interactions().itemCount(), 1);
        Evaluator evaluator = new Evaluator(model, split);
        Evaluation with = evaluator.evaluate(LeaveOneOut.Part.TEST);
        Evaluation without = evaluator.evaluate(LeaveOneOut.Part.TEST, false);
        assertEquals(with, evaluator.evaluate(LeaveOneOut.Part.TEST, true));
        assertTrue(with.mrr() != without.mrr());
        RankingMetrics expected = new RankingMetrics();
        for (JaggedBatch one : split.evaluationBatches(LeaveOneOut.Part.TEST, 1)) {
            int last = one.rows() - 1;
            one.targetTimestamps()[last] = one.timestamps()[last];
            float[] scores = model.scores(
                            model.encode(Sequences.of(one, model.config())).narrow(0, last, 1))
                    .toFloats();
            expected.add(Ranks.rankOf(
                    scores,
                    0,
                    model.itemCount(),
                    one.targetItems()[last],
                    split.seen(one.users()[0], LeaveOneOut.Part.TEST)));
        }
        assertEquals(expected.mrr(), without.mrr(), 1e-12);
    }

    @Test
    void anItemWhoseScoreIsNanIsNamed() {
        LeaveOneOut split = new LeaveOneOut(TrainerTest.walks(), MODEL.maxLength());
        HstuModel model = new HstuModel(MODEL, split.interactions().itemCount(), 1);
        int spoilt = 4;
        Tensor embedding = model.itemEmbeddings().detach().narrow(0, spoilt, 1);
        embedding.assign(embedding.mul(Float.NaN));
        JaggedBatch first = split.evaluationBatches(LeaveOneOut.Part.TEST, 1).get(0);
        int target = first.targetItems()[first.rows() - 1];
        // Who has seen it has a state of NaN, and so has each score.
        BitSet seen = split.seen(first.users()[0], LeaveOneOut.Part.TEST);
        int named = seen.get(spoilt) ? seen.nextClearBit(1) : spoilt;
        for (boolean recorded : new boolean[] {false, true}) {
            try (Evaluator evaluator = new Evaluator(model, split, recorded)) {
                DivergenceException error =
                        assertThrows(DivergenceException.class, () -> evaluator.evaluate(LeaveOneOut.Part.TEST));
                assertEquals(
                        "rank: the score of item " + named + " is NaN (target " + target
                                + "); a lower learning rate may help",
                        error.getMessage());
            }
        }
    }

    @Test
    void aRatingThatIsNotFiniteIsTold() {
        LeaveOneOut split = new LeaveOneOut(TrainerTest.walks(), MODEL.maxLength());
        HstuModel model = new HstuModel(MODEL, split.interactions().itemCount(), 1);
        model.namedParameters().forEach((name, parameter) -> {
            if (name.startsWith("rating.")) {
                parameter.assign(Tensor.full(DType.F32, parameter.shape(), 3e38));
            }
        });
        for (boolean recorded : new boolean[] {false, true}) {
            try (Evaluator evaluator = new Evaluator(model, split, recorded)) {
                DivergenceException error =
                        assertThrows(DivergenceException.class, () -> evaluator.evaluate(LeaveOneOut.Part.TEST));
                assertTrue(error.getMessage().startsWith("rating: that predicted of item "), error.getMessage());
            }
        }
    }
}
