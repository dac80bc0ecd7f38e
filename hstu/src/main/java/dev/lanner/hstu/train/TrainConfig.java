package dev.lanner.hstu.train;

import dev.lanner.hstu.data.LeaveOneOut.TrainingPart;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.Settings;

/**
 * How a model is trained.
 *
 * @param epochs passes over the training sequences
 * @param batchSize sequences in a step
 * @param learningRate of the optimiser, before its schedule
 * @param seed of initial values, shuffling, dropout and negatives
 * @param patience epochs without a better validation NDCG@10 after which training stops; 0 for never
 * @param optimizer its other settings
 * @param schedule what becomes of the learning rate
 * @param part which of a user's training events are learned from
 * @param averaging whether its parameters are averaged
 */
public record TrainConfig(
        int epochs,
        int batchSize,
        double learningRate,
        long seed,
        int patience,
        OptimizerConfig optimizer,
        ScheduleConfig schedule,
        TrainingPart part,
        AveragingConfig averaging) {
    /** The preset {@code article}. */
    public static final TrainConfig ARTICLE = new TrainConfig(
            100,
            128,
            2e-3,
            1,
            0,
            OptimizerConfig.ADAM,
            ScheduleConfig.CONSTANT,
            TrainingPart.ALL,
            AveragingConfig.NONE);
    /** The presets of the paper, SASRec too. */
    public static final TrainConfig PAPER = new TrainConfig(
            101,
            128,
            1e-3,
            1,
            0,
            new OptimizerConfig(0.9, 0.98, 0),
            ScheduleConfig.CONSTANT,
            TrainingPart.RECENT,
            AveragingConfig.NONE);

    /** The preset {@code best}. */
    public static final TrainConfig BEST = new TrainConfig(
            60,
            128,
            1e-3,
            1,
            0,
            new OptimizerConfig(0.9, 0.98, 0),
            ScheduleConfig.CONSTANT,
            TrainingPart.ALL,
            new AveragingConfig(0.8));

    private static final int SAMPLE_EPOCHS = 30;
    private static final int SAMPLE_BATCH = 32;

    /** Training by Adam at a constant learning rate. */
    public TrainConfig(int epochs, int batchSize, double learningRate, long seed, int patience) {
        this(
                epochs,
                batchSize,
                learningRate,
                seed,
                patience,
                OptimizerConfig.ADAM,
                ScheduleConfig.CONSTANT,
                TrainingPart.RECENT,
                AveragingConfig.NONE);
    }

    /**
     * Checks every value; schedule, part and averaging are null in the settings of runs from before there were such, which had the
     * first of each.
     */
    public TrainConfig {
        schedule = schedule == null ? ScheduleConfig.CONSTANT : schedule;
        part = part == null ? TrainingPart.RECENT : part;
        averaging = averaging == null ? AveragingConfig.NONE : averaging;
        if (epochs < 1) {
            throw new IllegalArgumentException("config: epochs must be positive, found " + epochs);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("config: the batch size must be positive, found " + batchSize);
        }
        if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException(
                    "config: the learning rate must be positive and finite, found " + learningRate);
        }
        if (patience < 0) {
            throw new IllegalArgumentException("config: patience must not be negative, found " + patience);
        }
        if (optimizer == null) {
            throw new IllegalArgumentException("config: training.optimizer must be there");
        }
    }

    /**
     * How a preset of {@link HstuConfig#preset} is trained.
     *
     * @throws IllegalArgumentException naming the presets that there are
     */
    public static TrainConfig preset(String name) {
        return switch (HstuConfig.preset(name).preset()) {
            case "article" -> ARTICLE;
            case "best" -> BEST;
            default -> PAPER;
        };
    }

    /** The same training for the synthetic sample: smaller batches, as there are few users, and fewer epochs. */
    public TrainConfig onSample() {
        return with("epochs", SAMPLE_EPOCHS).with("batchSize", SAMPLE_BATCH);
    }

    /** The same training for another number of epochs. */
    public TrainConfig withEpochs(int other) {
        return with("epochs", other);
    }

    /**
     * The same training with another value of one of its settings.
     *
     * @param name as {@code config.json} has it below {@code training}, with dots, like {@code averaging.decay}
     * @param value of the setting's type; a text for a setting that is none is read as JSON
     * @throws IllegalArgumentException if there is no such setting, it is of another type, or the result breaks a rule
     */
    public TrainConfig with(String name, Object value) {
        return Settings.with(this, name, value);
    }
}
