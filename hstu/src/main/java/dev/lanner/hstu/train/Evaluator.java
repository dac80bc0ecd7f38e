package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.Ranks;
import dev.lanner.hstu.eval.RatingErrors;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
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
    }

    /** Figures on the held-out targets of one part; the model is in evaluation mode afterwards. */
    public Evaluation evaluate(LeaveOneOut.Part part) {
        model.eval();
        RankingMetrics ranking = new RankingMetrics();
        RatingErrors errors = new RatingErrors();
        List<JaggedBatch> batches = split.evaluationBatches(part, BATCH_SIZE);
        int most = batches.stream().mapToInt(JaggedBatch::events).max().orElse(0);
        // Rounded up, so that the same program serves both parts.
        int rows = Math.ceilDiv(most, GRAIN) * GRAIN;
        for (JaggedBatch batch : batches) {
            Targets targets = Targets.of(recorded ? batch.padded(BATCH_SIZE, rows) : batch);
            try (Scope scope = Scope.open()) {
                Tensor[] results = recorded ? run(targets) : compute(targets);
                add(batch, part, targets, results, ranking, errors);
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

    /** Scores of all items, {@code [B, V+1]}, and ratings of the targets, {@code [B]}. */
    private Tensor[] compute(Targets targets) {
        int count = targets.items().length;
        return results(
                Sequences.of(targets.batch()), Tensor.of(targets.rows(), count), Tensor.of(targets.items(), count));
    }

    private Tensor[] results(Sequences sequences, Tensor rows, Tensor items) {
        Tensor states = model.encode(sequences).gatherRows(rows);
        return new Tensor[] {model.scores(states), model.ratings(states, items)};
    }

    private Tensor[] run(Targets targets) {
        Program program = programs.computeIfAbsent(targets.batch().rows(), this::record);
        Sequences.set(program, targets.batch());
        program.set("rows", targets.rows());
        program.set("targets", targets.items());
        program.run(0);
        return new Tensor[] {program.output(0), program.output(1)};
    }

    private Program record(int rows) {
        return Program.record(inputs -> results(
                Sequences.declare(inputs, BATCH_SIZE, rows),
                inputs.tensor("rows", DType.I32, BATCH_SIZE),
                inputs.tensor("targets", DType.I32, BATCH_SIZE)));
    }

    private void add(
            JaggedBatch batch,
            LeaveOneOut.Part part,
            Targets targets,
            Tensor[] results,
            RankingMetrics ranking,
            RatingErrors errors) {
        float[] scores = results[0].toFloats();
        float[] ratings = results[1].toFloats();
        int columns = model.itemCount() + 1;
        for (int b = 0; b < batch.sequences(); b++) {
            int user = batch.users()[b];
            int target = targets.items()[b];
            ranking.add(Ranks.rankOf(scores, b * columns, model.itemCount(), target, split.seen(user, part)));
            errors.add(ratings[b], batch.targetRatings()[targets.rows()[b]]);
        }
    }

    /** Frees what it holds; the model stays. */
    @Override
    public void close() {
        programs.values().forEach(Program::close);
        programs.clear();
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
