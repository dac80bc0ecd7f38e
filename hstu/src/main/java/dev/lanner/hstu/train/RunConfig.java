package dev.lanner.hstu.train;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.model.HstuConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * All that a training run depends on: the content of {@code config.json}.
 *
 * @param dataset the name of the data
 * @param fingerprint of the interactions, so that a run is never resumed on other data
 * @param items V
 * @param model the model's settings
 * @param training the training's settings
 */
public record RunConfig(String dataset, String fingerprint, int items, HstuConfig model, TrainConfig training) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /** Checks that nothing is missing. */
    public RunConfig {
        if (dataset == null || fingerprint == null || model == null || training == null) {
            throw new IllegalArgumentException("config: dataset, fingerprint, model and training must be there");
        }
        if (items < 1) {
            throw new IllegalArgumentException("config: items must be positive, found " + items);
        }
    }

    /** The settings of a run on some data. */
    public static RunConfig of(String dataset, Interactions data, HstuConfig model, TrainConfig training) {
        return new RunConfig(dataset, data.fingerprint(), data.itemCount(), model, training);
    }

    /** The settings as indented JSON. */
    public byte[] toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
        } catch (JacksonException e) {
            throw new IllegalStateException("config: cannot be written as JSON", e);
        }
    }

    /** The same run for another number of epochs. */
    public RunConfig withEpochs(int epochs) {
        return new RunConfig(dataset, fingerprint, items, model, training.withEpochs(epochs));
    }

    /**
     * Reads settings.
     *
     * @throws IOException if the file cannot be read, is no JSON, or breaks a rule; the message names it
     */
    public static RunConfig read(Path file) throws IOException {
        try {
            RunConfig config = JSON.readValue(Files.readAllBytes(file), RunConfig.class);
            if (config == null) {
                throw new IOException(file + ": holds no configuration");
            }
            return config;
        } catch (ValueInstantiationException e) {
            throw new IOException(file + ": " + e.getCause().getMessage(), e);
        } catch (JacksonException e) {
            throw new IOException(
                    file + ":" + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()) + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }
}
