package dev.lanner.hstu.model;

import dev.lanner.tensor.functional.AttentionActivation;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a model and of its losses: every choice between the article's, the paper's and SASRec's ways is a named switch.
 * docs/decisions/012-presets.md compares the presets with their sources.
 *
 * @param preset the name of the preset that it started from
 * @param width D, the width of the model
 * @param blocks how many blocks follow each other
 * @param maxLength L, the most recent events that count
 * @param dropout probability, in [0, 1)
 * @param input what an event becomes
 * @param features what ITEM_POSITION adds to item and position
 * @param attention the attention of each block
 * @param block the block around it
 * @param loss what is learned from
 * @param initial how parameters begin
 */
public record HstuConfig(
        String preset,
        int width,
        int blocks,
        int maxLength,
        double dropout,
        InputKind input,
        InputFeatures features,
        AttentionConfig attention,
        BlockConfig block,
        LossConfig loss,
        InitialConfig initial) {
    static final String CANDIDATES_NEED =
            "HSTU blocks with SiLU attention, no query time, and an input without positions";

    /** Checks every value; features are null in the settings of runs from before there were such. */
    public HstuConfig {
        features = features == null ? InputFeatures.NONE : features;
        if (preset == null || input == null || attention == null || block == null || loss == null || initial == null) {
            throw new IllegalArgumentException(
                    "config: preset, input, attention, block, loss and initial must be there");
        }
        List<String> wrong = new ArrayList<>();
        Rules.require(wrong, width >= 1, "width must be positive, found " + width);
        Rules.require(wrong, blocks >= 1, "blocks must be positive, found " + blocks);
        Rules.require(wrong, maxLength >= 1, "maxLength must be positive, found " + maxLength);
        Rules.require(wrong, dropout >= 0 && dropout < 1, "dropout must be in [0, 1), found " + dropout);
        attention.check(wrong);
        block.check(wrong);
        loss.check(wrong);
        initial.check(wrong);
        if (wrong.isEmpty()) {
            Rules.require(
                    wrong,
                    input == InputKind.ITEM_POSITION || features.equals(InputFeatures.NONE),
                    "features go with input ITEM_POSITION, found " + input);
            Rules.require(
                    wrong,
                    !features.queryGap() || attention.queryTime(),
                    "features.queryGap needs attention.queryTime");
            checkTogether(wrong, attention, block, loss, takesCandidates(input, attention, block));
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("config: " + String.join("; ", wrong));
        }
    }

    private static void checkTogether(
            List<String> wrong,
            AttentionConfig attention,
            BlockConfig block,
            LossConfig loss,
            boolean takesCandidates) {
        Rules.require(
                wrong,
                block.kind() != BlockKind.SASREC
                        || (attention.activation() == AttentionActivation.SOFTMAX
                                && attention.bias() == RelativeBias.NONE),
                "block.kind SASREC has attention by softmax without bias, found attention.activation "
                        + attention.activation() + " and attention.bias " + attention.bias());
        Rules.require(
                wrong,
                !loss.ratingTargetAware() || (loss.predictsRatings() && takesCandidates),
                "loss.ratingTargetAware needs a loss.ratingWeight above 0, and of the model " + CANDIDATES_NEED);
    }

    /**
     * Whether a candidate behind a history, from whose own state its rating is predicted, has been defined for the model: for the
     * article's kind (docs/decisions/011-m-falcon.md).
     */
    public boolean takesCandidates() {
        return takesCandidates(input, attention, block);
    }

    private static boolean takesCandidates(InputKind input, AttentionConfig attention, BlockConfig block) {
        return block.kind() == BlockKind.HSTU
                && attention.activation() == AttentionActivation.SILU
                && !attention.queryTime()
                && input != InputKind.ITEM_POSITION;
    }

    /** The preset {@code article}: see {@link Presets}. */
    public static HstuConfig article() {
        return Presets.article();
    }

    /**
     * A preset by its name.
     *
     * @throws IllegalArgumentException naming the presets that there are
     */
    public static HstuConfig preset(String name) {
        return Presets.byName(name);
    }

    /**
     * The same settings with another value of one of them.
     *
     * @param name as {@code config.json} has it below {@code model}, with dots, like {@code attention.heads}
     * @param value of the setting's type; a text for a setting that is none is read as JSON
     * @throws IllegalArgumentException if there is no such setting, it is of another type, or the result breaks a rule
     */
    public HstuConfig with(String name, Object value) {
        return Settings.with(this, name, value);
    }
}
