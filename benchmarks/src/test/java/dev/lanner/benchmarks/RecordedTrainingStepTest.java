package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import org.junit.jupiter.api.Test;

class RecordedTrainingStepTest {
    /** Of a step of 16 sequences, in bytes, mostly the kernels' own short-lived objects. */
    private static final double MOST_BYTES = 400_000;

    @Test
    void isTheSameStepAndAllocatesLittle() {
        JaggedBatch batch = Workload.batch(16, 200, Workload.ITEMS);
        TrainingStep eager = new TrainingStep(HstuConfig.article(), batch);
        try (RecordedTrainingStep recorded = new RecordedTrainingStep(HstuConfig.article(), batch)) {
            for (int step = 0; step < 3; step++) {
                assertEquals(eager.run(), recorded.run());
            }
            // Until the JIT compiler has been everywhere, vectors are objects; on a busy machine that takes long.
            StepTimer timer = StepTimer.measure(recorded::run, 5, 1);
            for (int again = 0; again < 30 && timer.bytesPerStep() >= MOST_BYTES; again++) {
                timer = StepTimer.measure(recorded::run, 2, 1);
            }
            assertTrue(timer.bytesPerStep() < MOST_BYTES, timer.toString());
        }
    }
}
