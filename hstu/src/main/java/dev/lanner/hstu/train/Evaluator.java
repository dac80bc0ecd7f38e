package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.RatingCalibration;
import dev.lanner.hstu.eval.RatingErrors;
import dev.lanner.hstu.model.Encoded;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.TrainingInputs;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.functional.TargetRanks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ranks held-out targets against the full catalogue, without the items that the user has seen. */
public final class Evaluator implements AutoCloseable {
    private static final int BATCH_SIZE = 128;
    private static final int GRAIN = 256;

    private final HstuModel model;
    private final LeaveOneOut split;
    private final boolean recorded;
    /** Room for what the users of any batch have seen, in either part. */
    private final int mostSeen;
    /** By the rows of their batches. */
    private final Map<Integer, Program> programs = new HashMap<>();

    /** An evaluator of a model, whatever its parameters are when it is asked. */
    public Evaluator(HstuModel model, LeaveOneOut split) {
        this(model, split, Backends.current().prefersPrograms());
    }

    /**
     * An evaluator of a model, whatever its parameters are when it is asked.
     *
     * @param recorded whether scoring is recorded once as a {@link Program} and run again
     */
    public Evaluator(HstuModel model, LeaveOneOut split, boolean recorded) {
        this.model = model;
        this.split = split;
        this.recorded = recorded;
        mostSeen = recorded ? mostSeen(split) : 0;
    }

    private static int mostSeen(LeaveOneOut split) {
        // The users of a batch are the same in both parts, and have seen more before the test target.
        return split.evaluationBatches(LeaveOneOut.Part.TEST, BATCH_SIZE).stream()
                .mapToInt(batch ->
                        SeenItems.of(split, LeaveOneOut.Part.TEST, batch).items().length)
                .max()
                .orElse(0);
    }

    /** {@link #evaluate(LeaveOneOut.Part, boolean)} with query time, which a model without it does not look at. */
    public Evaluation evaluate(LeaveOneOut.Part part) {
        return evaluate(part, true);
    }

    /**
     * Figures on the held-out targets of one part; the model is in evaluation mode afterwards.
     *
     * @param queryTime whether a history is asked at the time of its target, else at that of its last event
     * @throws DivergenceException if the score of an item is NaN, or a predicted rating not finite
     */
    public Evaluation evaluate(LeaveOneOut.Part part, boolean queryTime) {
        return evaluate(part, queryTime, new RatingCalibration());
    }

    /**
     * Figures on the held-out targets of one part; the model is in evaluation mode afterwards.
     *
     * @param queryTime whether a history is asked at the time of its target, else at that of its last event
     * @param calibration gets each predicted rating with the one that was given
     * @throws DivergenceException if the score of an item is NaN, or a predicted rating not finite
     */
    public Evaluation evaluate(LeaveOneOut.Part part, boolean queryTime, RatingCalibration calibration) {
        model.eval();
        Figures figures = new Figures(new RankingMetrics(), new RatingErrors(), calibration);
        List<JaggedBatch> batches = split.evaluationBatches(part, BATCH_SIZE);
        int most = batches.stream().mapToInt(JaggedBatch::events).max().orElse(0);
        // Rounded up, so that the same program serves both parts.
        int rows = Math.ceilDiv(most, GRAIN) * GRAIN;
        for (JaggedBatch batch : batches) {
            JaggedBatch asked = queryTime ? batch : batch.askedAtLastEvent();
            Targets targets = Targets.of(recorded ? asked.padded(BATCH_SIZE, rows) : asked);
            SeenItems seen = SeenItems.of(split, part, batch);
            try (Scope scope = Scope.open()) {
                Tensor[] results = recorded ? run(targets, seen.padded(BATCH_SIZE, mostSeen)) : compute(targets, seen);
                figures.add(batch, targets, results);
            }
        }
        return figures.evaluation();
    }

    /** The targets' ranks, {@code [B]}, and where the model predicts them their ratings, {@code [B]}. */
    private Tensor[] compute(Targets targets, SeenItems seen) {
        int count = targets.items().length;
        return results(
                TrainingInputs.of(targets.batch(), model.config()),
                Tensor.of(targets.rows(), count),
                Tensor.of(targets.items(), count),
                Tensor.of(seen.offsets(), count + 1),
                Tensor.of(seen.items(), seen.items().length));
    }

    private Tensor[] results(TrainingInputs inputs, Tensor rows, Tensor items, Tensor offsets, Tensor seen) {
        Encoded encoded = model.encode(inputs.sequences(), inputs.targets());
        Tensor scores = model.scores(encoded.states().gatherRows(rows));
        Tensor ranks = TargetRanks.of(scores, items, offsets, seen);
        return model.predictsRatings()
                ? new Tensor[] {ranks, model.ratings(encoded.ratingStates().gatherRows(rows), items)}
                : new Tensor[] {ranks};
    }

    private Tensor[] run(Targets targets, SeenItems seen) {
        Program program = programs.computeIfAbsent(targets.batch().rows(), this::record);
        TrainingInputs.set(program, targets.batch());
        program.set("rows", targets.rows());
        program.set("target items", targets.items());
        program.set("seen offsets", seen.offsets());
        program.set("seen", seen.items());
        program.run(0);
        return model.predictsRatings()
                ? new Tensor[] {program.output(0), program.output(1)}
                : new Tensor[] {program.output(0)};
    }

    private Program record(int rows) {
        return Program.record(inputs -> results(
                TrainingInputs.declare(inputs, BATCH_SIZE, rows),
                inputs.tensor("rows", DType.I32, BATCH_SIZE),
                inputs.tensor("target items", DType.I32, BATCH_SIZE),
                inputs.tensor("seen offsets", DType.I32, BATCH_SIZE + 1),
                inputs.tensor("seen", DType.I32, mostSeen)));
    }

    /** Frees what it holds; the model stays. */
    @Override
    public void close() {
        programs.values().forEach(Program::close);
        programs.clear();
    }

    /** What is counted, batch by batch. */
    private record Figures(RankingMetrics ranking, RatingErrors errors, RatingCalibration calibration) {
        /** Takes in a batch's results, as {@link #compute} gives them. */
        void add(JaggedBatch batch, Targets targets, Tensor[] results) {
            int[] ranks = results[0].toInts();
            float[] ratings = results.length > 1 ? results[1].toFloats() : new float[0];
            for (int b = 0; b < batch.sequences(); b++) {
                if (ranks[b] < 0) {
                    throw new DivergenceException(
                            "rank: the score of item " + -ranks[b] + " is NaN (target " + targets.items()[b] + ")");
                }
                ranking.add(ranks[b]);
                if (results.length > 1) {
                    if (!Float.isFinite(ratings[b])) {
                        throw new DivergenceException(
                                "rating: that predicted of item " + targets.items()[b] + " is " + ratings[b]);
                    }
                    float given = batch.targetRatings()[targets.rows()[b]];
                    errors.add(ratings[b], given);
                    calibration.add(ratings[b], given);
                }
            }
        }

        Evaluation evaluation() {
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
    }

    /**
     * What is asked for each sequence of a batch.
     *
     * @param rows {@code [B]}, the last of each sequence; 0 for an empty one
     * @param items {@code [B]}, the targets; 0 for an empty one
     */
    private record Targets(JaggedBatch batch, int[] rows, int[] items) {
        static Targets of(JaggedBatch batch) {
            int[] rows = new int[batch.sequences()];
            int[] items = new int[batch.sequences()];
            for (int b = 0; b < rows.length; b++) {
                if (batch.offsets()[b + 1] > batch.offsets()[b]) {
                    rows[b] = batch.offsets()[b + 1] - 1;
                    items[b] = batch.targetItems()[rows[b]];
                }
            }
            return new Targets(batch, rows, items);
        }
    }
}
