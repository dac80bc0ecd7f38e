package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.RatingCalibration;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.nn.Schedule;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains a model epoch by epoch, validates after each, and keeps the best; where parameters are averaged, it is the average that is
 * validated and kept. Chosen is by validation NDCG@10; the test targets are not looked at.
 */
public final class Trainer implements AutoCloseable {
    private final TrainingState state;
    private final LeaveOneOut split;
    private final TrainConfig config;
    private final RunDirectory directory;
    private final TrainingSteps steps;
    private final Evaluator evaluator;
    private final List<EpochMetrics> history = new ArrayList<>();

    /**
     * A training run from the model as it is.
     *
     * @param directory where each epoch is saved; its {@code config.json} is the caller's to write
     */
    public Trainer(HstuModel model, LeaveOneOut split, TrainConfig config, RunDirectory directory) {
        this(model, split, config, directory, Execution.of(split, config));
    }

    /**
     * A training run from the model as it is, whose steps are made in a certain way.
     *
     * @param directory where each epoch is saved; its {@code config.json} is the caller's to write
     * @throws dev.lanner.hstu.data.DataException if there is nothing to train on
     */
    public Trainer(
            HstuModel model, LeaveOneOut split, TrainConfig config, RunDirectory directory, Execution execution) {
        split.requireTraining("training");
        this.state = TrainingState.of(model, config);
        this.split = split;
        this.config = config;
        this.directory = directory;
        this.steps = execution.recorded()
                ? new RecordedSteps(model, state.optimizer(), largestBatch(), execution.tokenBudget())
                : new EagerSteps(model, state.optimizer());
        this.evaluator = new Evaluator(state.evaluated(), split, execution.recorded());
    }

    /** Sequences of a full batch, or of the only one. */
    private int largestBatch() {
        return batches(1).get(0).sequences();
    }

    private List<JaggedBatch> batches(int epoch) {
        return split.trainingBatches(config.part(), config.seed(), epoch, config.batchSize());
    }

    /** Goes on where the run in the directory was after its last saved epoch. */
    public void resume() throws IOException {
        history.clear();
        history.addAll(directory.restore(state));
    }

    /** The epochs so far. */
    public List<EpochMetrics> history() {
        return List.copyOf(history);
    }

    /** The epoch with the best validation NDCG@10; of equal ones the first. */
    public EpochMetrics best() {
        EpochMetrics best = history.get(0);
        for (EpochMetrics metrics : history) {
            if (metrics.validation().ndcg10() > best.validation().ndcg10()) {
                best = metrics;
            }
        }
        return best;
    }

    /**
     * Trains the epochs that are left, and leaves the model with the parameters of the best one.
     *
     * @throws DivergenceException if a loss, a parameter, a score or a predicted rating is not finite any more
     * @throws IOException if an epoch cannot be saved, or the folder does not hold the best one, because another run wrote into it
     */
    public void fit(TrainListener listener) throws IOException {
        while (history.size() < config.epochs() && !outOfPatience()) {
            EpochMetrics metrics = trainEpoch(history.size() + 1, listener);
            history.add(metrics);
            directory.saveEpoch(state, history, best().epoch() == metrics.epoch());
            listener.epochDone(metrics);
        }
        state.loadBest(directory, best().epoch());
    }

    /**
     * Figures of what is kept, as it is, on the held-out targets of one part.
     *
     * @param queryTime as {@link Evaluator#evaluate(LeaveOneOut.Part, boolean)} has it
     */
    public Evaluation evaluate(LeaveOneOut.Part part, boolean queryTime) {
        return evaluator.evaluate(part, queryTime);
    }

    /**
     * As {@link #evaluate(LeaveOneOut.Part, boolean)}.
     *
     * @param calibration gets each predicted rating with the one that was given
     */
    public Evaluation evaluate(LeaveOneOut.Part part, boolean queryTime, RatingCalibration calibration) {
        return evaluator.evaluate(part, queryTime, calibration);
    }

    private boolean outOfPatience() {
        return config.patience() > 0 && !history.isEmpty() && history.size() - best().epoch() >= config.patience();
    }

    private EpochMetrics trainEpoch(int epoch, TrainListener listener) {
        List<JaggedBatch> batches = batches(epoch);
        Schedule schedule = config.schedule().of(config.learningRate(), config.epochs() * batches.size());
        listener.epochStarted(epoch, batches.size());
        double[] sums = new double[3];
        Consumer<StepLosses> told = losses -> {
            sums[0] += losses.total();
            sums[1] += losses.retrieval();
            sums[2] += losses.rating();
            listener.stepDone(losses.total(), losses.tokens());
        };
        for (JaggedBatch batch : batches) {
            state.optimizer().setLearningRate(schedule.at(state.optimizer().steps() + 1));
            steps.step(batch, told);
        }
        steps.flush(told);
        // The last step's loss was computed before its update: what the update left is looked at here.
        state.model().stateDict().forEach((name, parameter) -> {
            if (!isFinite(parameter)) {
                throw new DivergenceException(state.optimizer().steps(), name);
            }
        });
        state.endEpoch();
        int count = batches.size();
        return new EpochMetrics(
                epoch,
                state.optimizer().steps(),
                sums[0] / count,
                sums[1] / count,
                sums[2] / count,
                evaluator.evaluate(LeaveOneOut.Part.VALIDATION));
    }

    /** On the host, where the parameters go anyway to be saved. */
    private static boolean isFinite(Tensor parameter) {
        double sum = 0;
        if (parameter.dtype() == DType.F32) {
            for (float value : parameter.toFloats()) {
                sum += value;
            }
        } else {
            for (double value : parameter.toDoubles()) {
                sum += value;
            }
        }
        return Double.isFinite(sum);
    }

    /** Frees what steps and validation hold; the model stays. */
    @Override
    public void close() {
        steps.close();
        evaluator.close();
    }
}
