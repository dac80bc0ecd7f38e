package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.nn.Adam;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;

/** A training step that can be repeated: forward, both losses, backward and Adam, on one batch. */
final class TrainingStep {
    static final double LEARNING_RATE = 1e-3;

    private final JaggedBatch batch;
    private final HstuModel model;
    private final Optimizer optimizer;

    /** A step of a new model of as many items as MovieLens-1M has, on the current backend. */
    TrainingStep(HstuConfig config, JaggedBatch batch) {
        this.batch = batch;
        this.model = new HstuModel(config, Workload.ITEMS, 1);
        this.optimizer = new Adam(model.namedParameters(), LEARNING_RATE);
    }

    /** Takes the step; returns the loss before it. */
    double run() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            model.train(optimizer.steps() + 1);
            Tensor loss = model.losses(batch).total();
            optimizer.step(tape.backward(loss));
            return loss.item();
        }
    }
}
