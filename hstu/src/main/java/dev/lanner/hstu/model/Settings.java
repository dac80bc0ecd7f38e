package dev.lanner.hstu.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Settings as JSON: records whose components are values or further records. */
public final class Settings {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private Settings() {}

    /** Settings as indented JSON. */
    public static byte[] toJson(Record settings) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(settings);
        } catch (JacksonException e) {
            throw new IllegalStateException("config: cannot be written as JSON", e);
        }
    }

    /** Settings as a tree of JSON. */
    static ObjectNode tree(Record settings) {
        return JSON.valueToTree(settings);
    }

    /**
     * Reads settings, those of runs from before there were switches too.
     *
     * @throws IOException if the file cannot be read, is no JSON, or breaks a rule; the message names it
     */
    public static <T extends Record> T read(Path file, Class<T> type) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        try {
            JsonNode tree = JSON.readTree(text);
            // Only the text knows the line of a mistake.
            T settings = FlatConfig.isFlat(tree)
                    ? JSON.treeToValue(FlatConfig.grouped(tree), type)
                    : JSON.readValue(text, type);
            if (settings == null) {
                throw new IOException(file + ": holds no configuration");
            }
            return settings;
        } catch (ValueInstantiationException e) {
            throw new IOException(file + ": " + e.getCause().getMessage(), e);
        } catch (JacksonException e) {
            throw new IOException(
                    file + ":" + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()) + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    /**
     * The same settings with another value of one of them.
     *
     * @param name with dots, like {@code attention.heads}
     * @param value of the setting's type; a text for a setting that is none is read as JSON
     * @throws IllegalArgumentException if there is no such setting, it is of another type, or the result breaks a rule
     */
    public static <T extends Record> T with(T settings, String name, Object value) {
        return with(settings, Map.of(name, value));
    }

    /**
     * The same settings with other values of some of them; rules are looked at when all are changed.
     *
     * @param changes by names, as above
     * @throws IllegalArgumentException if there is no such setting, one is of another type, or the result breaks a rule
     */
    public static <T extends Record> T with(T settings, Map<String, ?> changes) {
        ObjectNode root = tree(settings);
        changes.forEach((name, value) -> change(root, name, value));
        try {
            @SuppressWarnings("unchecked")
            Class<T> type = (Class<T>) settings.getClass();
            return JSON.treeToValue(root, type);
        } catch (ValueInstantiationException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("config: " + place(e) + ": " + e.getOriginalMessage(), e);
        }
    }

    /** The name of the setting that an error is about. */
    private static String place(JacksonException e) {
        return e instanceof JsonMappingException mapping
                ? mapping.getPath().stream()
                        .map(JsonMappingException.Reference::getFieldName)
                        .collect(Collectors.joining("."))
                : "";
    }

    private static void change(ObjectNode root, String name, Object value) {
        ObjectNode holder = root;
        String[] path = name.split("\\.", -1);
        for (int i = 0; i < path.length - 1; i++) {
            if (!(holder.get(path[i]) instanceof ObjectNode inner)) {
                throw unknown(name, path[i], holder);
            }
            holder = inner;
        }
        String last = path[path.length - 1];
        if (!holder.has(last)) {
            throw unknown(name, last, holder);
        }
        try {
            JsonNode node = node(value, holder.get(last));
            if (node.isMissingNode()) {
                throw new IllegalArgumentException("config: " + name + ": needs a value");
            }
            holder.set(last, node);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("config: " + name + ": " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode node(Object value, JsonNode present) throws JacksonException {
        return value instanceof String text && !present.isTextual() ? JSON.readTree(text) : JSON.valueToTree(value);
    }

    private static IllegalArgumentException unknown(String name, String part, ObjectNode holder) {
        List<String> names = new ArrayList<>();
        holder.fieldNames().forEachRemaining(names::add);
        return new IllegalArgumentException(
                "config: there is no setting " + name + "; found instead of " + part + ": " + String.join(", ", names));
    }
}
