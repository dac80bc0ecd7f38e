package dev.lanner.hstu.train;

import dev.lanner.hstu.data.JaggedBatch;
import java.util.function.Consumer;

/** Takes training steps of one model with one optimiser, and tells their losses, in their order, if not at once. */
interface TrainingSteps extends AutoCloseable {
    /**
     * Takes a step.
     *
     * @param told the losses of this or earlier steps, as far as they are known
     * @throws DivergenceException if a loss is NaN or infinite
     */
    void step(JaggedBatch batch, Consumer<StepLosses> told);

    /** Tells the losses of all steps that are not told yet. */
    void flush(Consumer<StepLosses> told);

    /** Frees what it holds. */
    @Override
    void close();
}
