package dev.lanner.hstu.model;

import dev.lanner.hstu.model.InitialValues.Distribution;
import dev.lanner.tensor.functional.AttentionActivation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The models that have a name. */
final class Presets {
    private static final Map<String, Supplier<HstuConfig>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("article", Presets::article);
        ALL.put("paper", Presets::paper);
        ALL.put("paper-large", Presets::paperLarge);
        ALL.put("position-only", Presets::positionOnly);
        ALL.put("sasrec", Presets::sasrec);
        ALL.put("best", Presets::best);
    }

    private Presets() {}

    static HstuConfig byName(String name) {
        Supplier<HstuConfig> found = ALL.get(name);
        if (found == null) {
            throw new IllegalArgumentException("preset " + name + " is not there; presets: " + ALL.keySet());
        }
        return found.get();
    }

    /**
     * The model of the walkthrough "HSTU From Scratch in PyTorch": fused item and action input, two blocks of one head, five time
     * buckets. The scales at the start are our choice (docs/decisions/005-initial-scales.md), the equations are the article's.
     */
    static HstuConfig article() {
        InitialValues embeddings = new InitialValues(Distribution.NORMAL, 0.1);
        return new HstuConfig(
                "article",
                64,
                2,
                200,
                0.2,
                InputKind.FUSED_ACTION,
                InputFeatures.NONE,
                new AttentionConfig(
                        1,
                        64,
                        64,
                        AttentionActivation.SILU,
                        200,
                        RelativeBias.BOTH,
                        AttentionConfig.ARTICLE_BOUNDARIES,
                        false),
                new BlockConfig(BlockKind.HSTU, false, true, true, DropoutPlace.AFTER_OUTPUT, 1e-5),
                new LossConfig(128, 0.05, 0.1, false),
                new InitialConfig(
                        embeddings,
                        embeddings,
                        embeddings,
                        new InitialValues(Distribution.FAN_IN, 14),
                        new InitialValues(Distribution.FAN_IN, 3),
                        InitialValues.FAN_IN,
                        InitialValues.FAN_IN,
                        InitialValues.ZERO,
                        InitialValues.ZERO));
    }

    /** HSTU as in Zhai et al., 2024, on MovieLens-1M: 2 layers of one head, with query time. */
    static HstuConfig paper() {
        InitialValues small = new InitialValues(Distribution.NORMAL, 0.02);
        return new HstuConfig(
                "paper",
                50,
                2,
                200,
                0.2,
                InputKind.ITEM_POSITION,
                InputFeatures.NONE,
                new AttentionConfig(
                        1,
                        50,
                        50,
                        AttentionActivation.SILU,
                        200,
                        RelativeBias.BOTH,
                        AttentionConfig.logarithmicBoundaries(),
                        true),
                new BlockConfig(BlockKind.HSTU, true, false, false, DropoutPlace.BEFORE_OUTPUT, 1e-6),
                new LossConfig(128, 0.05, 0, false),
                new InitialConfig(
                        new InitialValues(Distribution.TRUNCATED_NORMAL, 0.02),
                        small,
                        new InitialValues(Distribution.XAVIER_NORMAL, 1),
                        InitialValues.FAN_IN,
                        small,
                        new InitialValues(Distribution.XAVIER_UNIFORM, 1),
                        InitialValues.FAN_IN,
                        small,
                        small));
    }

    /** The paper's large model: 8 layers of 2 heads, 25 wide. */
    static HstuConfig paperLarge() {
        return paper().with("preset", "paper-large")
                .with("blocks", 8)
                .with("attention.heads", 2)
                .with("attention.queryWidth", 25)
                .with("attention.valueWidth", 25);
    }

    /** The paper's model with the bias by position only, and so without query time. */
    static HstuConfig positionOnly() {
        return paper().with("preset", "position-only")
                .with("attention.queryTime", false)
                .with("attention.bias", RelativeBias.POSITION);
    }

    /** SASRec (Kang and McAuley, 2018) with the loss and the sizes of the paper, which has it beside HSTU. */
    static HstuConfig sasrec() {
        InitialValues xavier = new InitialValues(Distribution.XAVIER_NORMAL, 1);
        return paper().with("preset", "sasrec")
                .with("attention.activation", AttentionActivation.SOFTMAX)
                .with("attention.queryTime", false)
                .with("attention.bias", RelativeBias.NONE)
                .with("block.kind", BlockKind.SASREC)
                .with("block.epsilon", 1e-8)
                .with("initial.positions", new InitialValues(Distribution.TRUNCATED_NORMAL, Math.sqrt(1.0 / 50)))
                // Drawn as one matrix to queries, keys and values together there: 4 D inputs and outputs instead of 2
                // D.
                .with("initial.projection", new InitialValues(Distribution.XAVIER_NORMAL, Math.sqrt(0.5)))
                .with("initial.output", xavier)
                .with("initial.feedForward", xavier);
    }

    /**
     * What recommends best on MovieLens-1M (docs/decisions/014-published-numbers.md): the paper's large model, which is also told what
     * the user thought of each item, and how long after it the next was rated.
     */
    static HstuConfig best() {
        return paperLarge()
                .with("preset", "best")
                .with("features.actions", true)
                .with("features.queryGap", true);
    }
}
