package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Losses;
import dev.lanner.hstu.model.TrainingInputs;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Steps that are recorded once and run again, on batches of a fixed number of sequences and rows. A step writes its losses into a log
 * on the backend, which is read when it is full, so that nothing waits for a loss in between.
 */
final class RecordedSteps implements TrainingSteps {
    /** Steps whose losses are read at once. */
    static final int LOGGED = 16;

    private static final String ROW = "row";

    private final HstuModel model;
    private final Optimizer optimizer;
    private final int sequences;
    private final int budget;
    /** By their rows: the one of the budget, and if a batch ever exceeds it, one for any batch. */
    private final Map<Integer, Program> programs = new HashMap<>();

    /** The losses of the last steps, {@code [LOGGED, 3]}, made when the first step is. */
    private Tensor log;

    private final int[] tokens = new int[LOGGED];
    private int logged;

    /**
     * Steps on batches of a fixed size.
     *
     * @param sequences of a batch, at most
     * @param budget rows of nearly all batches
     */
    RecordedSteps(HstuModel model, Optimizer optimizer, int sequences, int budget) {
        this.model = model;
        this.optimizer = optimizer;
        this.sequences = sequences;
        this.budget = Math.min(budget, most());
    }

    /** The rows of the largest batch that there can be. */
    private int most() {
        return Math.multiplyExact(sequences, model.config().maxLength());
    }

    @Override
    public void step(JaggedBatch batch, Consumer<StepLosses> told) {
        int rows = batch.events() <= budget ? budget : most();
        Program program = programs.computeIfAbsent(rows, this::record);
        TrainingInputs.set(program, batch.padded(sequences, rows));
        program.set(ROW, logged);
        program.run(optimizer.steps() + 1);
        tokens[logged++] = batch.events();
        if (logged == LOGGED) {
            flush(told);
        }
    }

    private Program record(int rows) {
        if (log == null) {
            log = Scope.outside(() -> Tensor.zeros(DType.F32, Shape.of(LOGGED, 3)));
        }
        return Program.record(inputs -> {
            TrainingInputs batch = TrainingInputs.declare(inputs, sequences, rows);
            Tensor row = inputs.tensor(ROW, DType.I32, 1);
            try (Tape tape = Tape.open()) {
                model.train(RandomKey.EACH_STEP);
                Losses losses = model.losses(batch);
                Tensor total = losses.total();
                optimizer.step(tape.backward(total));
                Tensor values = Tensor.stack(
                        0,
                        total.detach(),
                        losses.retrieval().detach(),
                        losses.rating().detach());
                Tensor here = Tensor.arange(DType.I32, LOGGED).eq(row).unsqueeze(1);
                log.assign(here.where(values.to(DType.F32), log));
                return new Tensor[0];
            }
        });
    }

    @Override
    public void flush(Consumer<StepLosses> told) {
        int count = logged;
        logged = 0;
        if (count == 0) {
            return;
        }
        float[] losses = log.toFloats();
        int first = optimizer.steps() - count + 1;
        for (int i = 0; i < count; i++) {
            told.accept(new StepLosses(first + i, losses[3 * i], losses[3 * i + 1], losses[3 * i + 2], tokens[i]));
        }
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
        programs.clear();
        if (log != null) {
            log.backend().release(log.view().storage());
            log = null;
        }
    }
}
