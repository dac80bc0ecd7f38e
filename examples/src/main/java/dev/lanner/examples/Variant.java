package dev.lanner.examples;

import dev.lanner.hstu.train.RunConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model to compare with others: a preset, and what is different in it.
 *
 * @param name in the table, and of the folder of its runs
 * @param preset what it starts from, and how it is trained
 * @param setting the one setting of the model that has another value; null for the preset itself
 * @param value of that setting
 */
record Variant(String name, String preset, String setting, Object value) {
    private static final String ARTICLE = "article";

    /** All variants, in the order of the table. */
    static final List<Variant> ALL = List.of(
            preset(ARTICLE),
            new Variant("softmax", ARTICLE, "attention.activation", "SOFTMAX"),
            new Variant("bias-none", ARTICLE, "attention.bias", "NONE"),
            new Variant("bias-position", ARTICLE, "attention.bias", "POSITION"),
            new Variant("bias-time", ARTICLE, "attention.bias", "TIME"),
            new Variant("no-action", ARTICLE, "input", "FUSED_ITEM"),
            new Variant("full-softmax", ARTICLE, "loss.negatives", 0),
            preset("sasrec"));

    /** A preset as it is. */
    static Variant preset(String name) {
        return new Variant(name, name, null, null);
    }

    /**
     * Variants by their names, in the order of the names.
     *
     * @throws IllegalArgumentException naming the variants that there are
     */
    static List<Variant> named(List<String> names) {
        List<Variant> found = new ArrayList<>();
        for (String name : names) {
            found.add(ALL.stream()
                    .filter(variant -> variant.name().equals(name))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("variant " + name + " is not there; variants: " + names())));
        }
        return found;
    }

    /** The names of all variants. */
    static String names() {
        return String.join(", ", ALL.stream().map(Variant::name).toList());
    }

    /**
     * The settings of a run.
     *
     * @param epochs how many; null for the preset's
     */
    RunConfig config(Dataset dataset, int seed, Integer epochs) {
        Map<String, Object> changes = new LinkedHashMap<>();
        if (setting != null) {
            changes.put("model." + setting, value);
        }
        changes.put("training.seed", seed);
        if (epochs != null) {
            changes.put("training.epochs", epochs);
        }
        return dataset.config(preset).with(changes);
    }

    /** What is different, for the table. */
    String difference() {
        return setting == null ? "preset `" + preset + "`" : "`" + setting + "=" + value + "`";
    }
}
