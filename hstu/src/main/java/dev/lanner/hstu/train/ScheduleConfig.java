package dev.lanner.hstu.train;

import dev.lanner.nn.Schedule;

/**
 * What becomes of the learning rate during training.
 *
 * @param decay how it falls
 * @param warmupSteps the first steps, over which it rises linearly from 0; 0 for none
 */
public record ScheduleConfig(Decay decay, int warmupSteps) {
    /** The same learning rate in every step. */
    public static final ScheduleConfig CONSTANT = new ScheduleConfig(Decay.NONE, 0);

    /** Ways for a learning rate to fall. */
    public enum Decay {
        /** It stays. */
        NONE,
        /** Along half a cosine to 0 at the last step of the last epoch (Loshchilov and Hutter, 2017, without restarts). */
        COSINE
    }

    /** Checks every value. */
    public ScheduleConfig {
        if (decay == null) {
            throw new IllegalArgumentException("config: training.schedule.decay must be there");
        }
        if (warmupSteps < 0) {
            throw new IllegalArgumentException(
                    "config: training.schedule.warmupSteps must not be negative, found " + warmupSteps);
        }
    }

    /** Whether the learning rate of a step depends on how many steps there will be. */
    public boolean dependsOnLength() {
        return decay != Decay.NONE;
    }

    /** The learning rates of a training of so many steps. */
    Schedule of(double learningRate, int totalSteps) {
        Schedule falling = switch (decay) {
            case NONE -> Schedule.constant(learningRate);
            case COSINE -> Schedule.cosine(learningRate, 0, totalSteps);
        };
        return falling.withWarmup(warmupSteps);
    }
}
