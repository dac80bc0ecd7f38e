package dev.lanner.hstu.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lanner.nn.Adam;
import java.util.Map;

/** Settings of runs from before there were switches, which had no groups: all are the preset {@code article} in other sizes. */
final class FlatConfig {
    /** A setting that every such model has, and no other. */
    private static final String MARK = "projectionGain";

    private static final Map<String, String> PATHS = Map.ofEntries(
            Map.entry("preset", "/preset"),
            Map.entry("width", "/width"),
            Map.entry("blocks", "/blocks"),
            Map.entry("heads", "/attention/heads"),
            Map.entry("maxLength", "/maxLength"),
            Map.entry("dropout", "/dropout"),
            Map.entry("layerNormEpsilon", "/block/epsilon"),
            Map.entry("timeBoundaries", "/attention/timeBoundaries"),
            Map.entry("negatives", "/loss/negatives"),
            Map.entry("temperature", "/loss/temperature"),
            Map.entry("ratingWeight", "/loss/ratingWeight"),
            Map.entry("itemStd", "/initial/items/scale"),
            Map.entry("actionStd", "/initial/actions/scale"),
            Map.entry("inputGain", "/initial/input/scale"),
            Map.entry(MARK, "/initial/projection/scale"));

    private FlatConfig() {}

    /** Whether a run's settings are such ones. */
    static boolean isFlat(JsonNode run) {
        return run.path("model").has(MARK) && run.path("training").isObject();
    }

    /** A run's settings as they are written now. */
    static ObjectNode grouped(JsonNode run) {
        ObjectNode upgraded = run.deepCopy();
        upgraded.set("model", groupedModel(run.get("model")));
        ((ObjectNode) upgraded.get("training"))
                .putObject("optimizer")
                .put("beta1", Adam.DEFAULT_BETA1)
                .put("beta2", Adam.DEFAULT_BETA2)
                .put("weightDecay", 0.0);
        return upgraded;
    }

    /** A model's settings in groups; what is missing becomes null and what is unknown stays, for the reader to refuse. */
    private static ObjectNode groupedModel(JsonNode model) {
        ObjectNode grouped = Settings.tree(Presets.article());
        PATHS.forEach((name, path) -> put(grouped, path, model.get(name)));
        model.properties().forEach(setting -> {
            if (!PATHS.containsKey(setting.getKey())) {
                put(grouped, "/" + setting.getKey(), setting.getValue());
            }
        });
        ObjectNode attention = (ObjectNode) grouped.get("attention");
        int headWidth =
                model.path("width").asInt() / Math.max(1, model.path("heads").asInt());
        attention.put("queryWidth", headWidth).put("valueWidth", headWidth);
        attention.set("divisor", model.get("maxLength"));
        return grouped;
    }

    private static void put(ObjectNode grouped, String path, JsonNode value) {
        int name = path.lastIndexOf('/');
        ((ObjectNode) grouped.at(path.substring(0, name))).set(path.substring(name + 1), value);
    }
}
