package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.TrainingInputs;
import dev.lanner.nn.Adam;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;

/** {@link TrainingStep} as a program that is recorded once; its batch is set anew for each run. */
final class RecordedTrainingStep implements AutoCloseable {
    private final JaggedBatch batch;
    private final Optimizer optimizer;
    private final Program program;

    /** A step of a new model of as many items as MovieLens-1M has, on the current backend. */
    RecordedTrainingStep(HstuConfig config, JaggedBatch batch) {
        this.batch = batch;
        HstuModel model = new HstuModel(config, Workload.ITEMS, 1);
        optimizer = new Adam(model.namedParameters(), TrainingStep.LEARNING_RATE);
        program = Program.record(inputs -> {
            TrainingInputs declared = TrainingInputs.declare(inputs, batch.sequences(), batch.rows());
            try (Tape tape = Tape.open()) {
                model.train(RandomKey.EACH_STEP);
                Tensor loss = model.losses(declared).total();
                optimizer.step(tape.backward(loss));
                return new Tensor[] {loss};
            }
        });
    }

    /** Takes the step; returns the loss before it. */
    double run() {
        start();
        return loss();
    }

    /** Takes the step, without looking at the loss, which would be fetched. */
    void start() {
        TrainingInputs.set(program, batch);
        program.run(optimizer.steps() + 1);
    }

    /** The loss before the last step. */
    double loss() {
        return program.output(0).item();
    }

    @Override
    public void close() {
        program.close();
    }
}
