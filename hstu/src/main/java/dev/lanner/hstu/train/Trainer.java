package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Losses;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains a model epoch by epoch, validates after each, and keeps the best. Chosen is by validation NDCG@10; the test targets are
 * not looked at.
 */
public final class Trainer {
    private final HstuModel model;
    private final LeaveOneOut split;
    private final TrainConfig config;
    private final RunDirectory directory;
    private final Optimizer optimizer;
    private final Evaluator evaluator;
    private final List<EpochMetrics> history = new ArrayList<>();

    /**
     * A training run from the model as it is.
     *
     * @param directory where each epoch is saved; its {@code config.json} is the caller's to write
     */
    public Trainer(HstuModel model, LeaveOneOut split, TrainConfig config, RunDirectory directory) {
        this.model = model;
        this.split = split;
        this.config = config;
        this.directory = directory;
        this.optimizer = config.optimizer().of(model.namedParameters(), config.learningRate());
        this.evaluator = new Evaluator(model, split);
    }

    /** Goes on where the run in the directory was after its last saved epoch. */
    public void resume() throws IOException {
        history.clear();
        history.addAll(directory.restore(model, optimizer));
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
     * @throws DivergenceException if the loss becomes NaN or infinite
     */
    public void fit(TrainListener listener) throws IOException {
        while (history.size() < config.epochs() && !outOfPatience()) {
            EpochMetrics metrics = trainEpoch(history.size() + 1, listener);
            history.add(metrics);
            directory.saveEpoch(model, optimizer, history, best().epoch() == metrics.epoch());
            listener.epochDone(metrics);
        }
        directory.loadBest(model);
    }

    private boolean outOfPatience() {
        return config.patience() > 0 && !history.isEmpty() && history.size() - best().epoch() >= config.patience();
    }

    private EpochMetrics trainEpoch(int epoch, TrainListener listener) {
        List<JaggedBatch> batches = split.trainingBatches(config.seed(), epoch, config.batchSize());
        listener.epochStarted(epoch, batches.size());
        double total = 0;
        double retrieval = 0;
        double rating = 0;
        for (JaggedBatch batch : batches) {
            double[] losses = step(batch);
            total += losses[0];
            retrieval += losses[1];
            rating += losses[2];
            listener.stepDone(losses[0], batch.items().length);
        }
        // The last step's loss was computed before its update: what the update left is looked at here.
        model.stateDict().forEach((name, parameter) -> {
            if (!Double.isFinite(parameter.sum().item())) {
                throw new DivergenceException(optimizer.steps(), name);
            }
        });
        int count = batches.size();
        return new EpochMetrics(
                epoch,
                optimizer.steps(),
                total / count,
                retrieval / count,
                rating / count,
                evaluator.evaluate(LeaveOneOut.Part.VALIDATION));
    }

    /** One step of the optimiser; returns the total, retrieval and rating losses. */
    private double[] step(JaggedBatch batch) {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            model.train(optimizer.steps() + 1);
            Losses losses = model.losses(batch);
            Tensor total = losses.total();
            double loss = total.item();
            if (!Double.isFinite(loss)) {
                throw new DivergenceException(optimizer.steps() + 1, loss);
            }
            optimizer.step(tape.backward(total));
            return new double[] {
                loss, losses.retrieval().item(), losses.rating().item()
            };
        }
    }
}
