package dev.lanner.hstu.train;

import dev.lanner.hstu.model.HstuModel;
import dev.lanner.nn.AveragedModel;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Scope;
import java.io.IOException;

/**
 * What training changes.
 *
 * @param average of the model over its epochs; null where none is kept
 */
record TrainingState(HstuModel model, Optimizer optimizer, AveragedModel<HstuModel> average) {
    /** The start of a training. */
    static TrainingState of(HstuModel model, TrainConfig config) {
        Optimizer optimizer = config.optimizer().of(model.namedParameters(), config.learningRate());
        if (config.averaging().decay() == 0) {
            return new TrainingState(model, optimizer, null);
        }
        HstuModel copy = Scope.outside(() -> new HstuModel(model.config(), model.itemCount(), config.seed()));
        return new TrainingState(
                model,
                optimizer,
                new AveragedModel<>(model, copy, config.averaging().decay()));
    }

    /** What is validated, kept and served. */
    HstuModel evaluated() {
        return average == null ? model : average.module();
    }

    /** Puts the parameters that were kept into the model, for evaluation, and where one is evaluated into the average. */
    void loadBest(RunDirectory directory, int epoch) throws IOException {
        directory.loadBest(model, epoch);
        model.eval();
        if (average != null) {
            average.module().load(model.stateDict());
        }
    }

    /** Takes a further epoch into the average. */
    void endEpoch() {
        if (average != null) {
            average.update();
        }
    }
}
