package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Losses;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.util.function.Consumer;

/** Steps whose operations run one by one, on batches as they are. */
final class EagerSteps implements TrainingSteps {
    private final HstuModel model;
    private final Optimizer optimizer;

    EagerSteps(HstuModel model, Optimizer optimizer) {
        this.model = model;
        this.optimizer = optimizer;
    }

    @Override
    public void step(JaggedBatch batch, Consumer<StepLosses> told) {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            int step = optimizer.steps() + 1;
            model.train(step);
            Losses losses = model.losses(batch);
            Tensor total = losses.total();
            // Looked at before the update, which would carry what is not finite into the parameters.
            StepLosses values = new StepLosses(
                    step,
                    total.item(),
                    losses.retrieval().item(),
                    losses.rating().item(),
                    batch.events());
            optimizer.step(tape.backward(total));
            told.accept(values);
        }
    }

    @Override
    public void flush(Consumer<StepLosses> told) {
        // Nothing is held back.
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
