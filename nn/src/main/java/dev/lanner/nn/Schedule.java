package dev.lanner.nn;

/** A learning rate for each step. */
@FunctionalInterface
public interface Schedule {
    /** The learning rate of a step, counted from 1. */
    double at(int step);

    /** Always the same. */
    static Schedule constant(double learningRate) {
        return step -> learningRate;
    }

    /** Rises linearly from 0 to this schedule's value over the first steps. */
    default Schedule withWarmup(int warmupSteps) {
        return step -> at(step) * Math.min(1, (double) step / Math.max(warmupSteps, 1));
    }

    /** Falls from {@code peak} to {@code floor} along half a cosine over {@code totalSteps}, and stays there. */
    static Schedule cosine(double peak, double floor, int totalSteps) {
        return step -> {
            double progress = Math.min(1, (double) step / Math.max(totalSteps, 1));
            return floor + (peak - floor) * (1 + Math.cos(Math.PI * progress)) / 2;
        };
    }

    /** Multiplied by {@code factor} after every {@code interval} steps. */
    static Schedule stepDecay(double initial, double factor, int interval) {
        return step -> initial * Math.pow(factor, Math.floorDiv(step - 1, interval));
    }
}
