package dev.lanner.benchmarks;

import java.io.IOException;
import java.util.Locale;

/** Trains on one long history in this JVM and prints what that took: for {@link LongHistory}, which starts a JVM for each length. */
final class LongHistoryProbe {
    /** The exit status that tells of a heap that is too small. */
    static final int OUT_OF_MEMORY = 3;

    private LongHistoryProbe() {}

    /**
     * Takes steps; prints the peak of the resident memory in bytes (0 where the system does not tell it) and the seconds of the last
     * step.
     *
     * @param arguments events of the history, and how many steps
     * @throws IllegalStateException if a loss is not finite
     */
    public static void main(String[] arguments) throws IOException {
        try {
            double seconds = train(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
            System.out.printf(
                    Locale.ROOT, "%d %.6f%n", ResidentMemory.peakBytes().orElse(0), seconds);
        } catch (OutOfMemoryError e) {
            System.exit(OUT_OF_MEMORY);
        }
    }

    private static double train(int events, int steps) {
        TrainingStep step = new TrainingStep(LongHistory.config(events), Workload.histories(1, events));
        double seconds = 0;
        for (int i = 0; i < steps; i++) {
            long start = System.nanoTime();
            double loss = step.run();
            seconds = (System.nanoTime() - start) / 1e9;
            if (!Double.isFinite(loss)) {
                throw new IllegalStateException("step " + (i + 1) + ": the loss is " + loss);
            }
        }
        return seconds;
    }
}
