package dev.lanner.hstu.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.model.HstuConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigTest {
    @TempDir
    private Path folder;

    @Test
    void aConfigIsTheSameAfterJsonAndNamesWhatIsWrongInAFile() throws IOException {
        RunConfig config = new RunConfig("d", "f", 3, HstuConfig.article(), TrainConfig.ARTICLE);
        Path file = folder.resolve("config.json");
        Files.write(file, config.toJson());
        assertEquals(config, RunConfig.read(file));
        String text = Files.readString(file);
        for (String preset : List.of("paper", "paper-large", "position-only", "sasrec", "best")) {
            RunConfig other = new RunConfig("d", "f", 3, HstuConfig.preset(preset), TrainConfig.preset(preset));
            Files.write(file, other.toJson());
            assertEquals(other, RunConfig.read(file));
        }

        Files.writeString(file, text.replace("\"heads\" : 1", "\"heads\" : 0"));
        IOException rule = assertThrows(IOException.class, () -> RunConfig.read(file));
        assertEquals(file + ": config: attention.heads must be positive, found 0", rule.getMessage());
        for (String broken : List.of(
                "",
                "{",
                "null",
                text.replace("\"dataset\" : \"d\",", ""),
                text.replace("\"preset\" : \"article\",", ""),
                text.replace("\"heads\" : 1", "\"heads\" : \"x\""),
                text.replace("\"heads\" : 1", "\"heads\" : 1.5"),
                text.replace("\"heads\" : 1,", ""),
                text.replace("\"heads\" : 1", "\"heds\" : 1"))) {
            Files.writeString(file, broken);
            IOException e = assertThrows(IOException.class, () -> RunConfig.read(file), broken);
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        }
    }

    @Test
    void aConfigFromBeforeThereWereSwitchesIsRead() throws IOException {
        Path file = folder.resolve("config.json");
        String flat = """
                {"dataset" : "d", "fingerprint" : "f", "items" : 3,
                 "model" : {"preset" : "article", "width" : 64, "blocks" : 2, "heads" : 1, "maxLength" : 200,
                  "dropout" : 0.2, "layerNormEpsilon" : 1.0E-5, "timeBoundaries" : [ 3600, 86400, 604800, 2592000 ],
                  "negatives" : 128, "temperature" : 0.05, "ratingWeight" : 0.1, "itemStd" : 0.1, "actionStd" : 0.1,
                  "inputGain" : 14.0, "projectionGain" : 3.0},
                 "training" : {"epochs" : 100, "batchSize" : 128, "learningRate" : 0.002, "seed" : 1, "patience" : 0}}
                """;
        Files.writeString(file, flat);
        HstuConfig article = HstuConfig.article();
        TrainConfig training = new TrainConfig(100, 128, 2e-3, 1, 0);
        assertEquals(new RunConfig("d", "f", 3, article, training), RunConfig.read(file));

        Files.writeString(
                file,
                flat.replace("\"heads\" : 1", "\"heads\" : 4")
                        .replace("\"maxLength\" : 200", "\"maxLength\" : 50")
                        .replace("\"itemStd\" : 0.1", "\"itemStd\" : 0.7"));
        HstuConfig other = RunConfig.read(file).model();
        assertEquals(4, other.attention().heads());
        assertEquals(16, other.attention().queryWidth());
        assertEquals(16, other.attention().valueWidth());
        assertEquals(50, other.attention().divisor());
        assertEquals(0.7, other.initial().items().scale());

        for (String broken : List.of(
                flat.replace("\"heads\" : 1,", "\"heads\" : 0,"),
                flat.replace("\"heads\" : 1,", "\"heads\" : \"x\","),
                flat.replace("\"heads\" : 1,", "\"heds\" : 1,"),
                flat.replace("\"negatives\" : 128,", ""),
                flat.replace("\"inputGain\" : 14.0,", "\"inputGain\" : 14.0, \"more\" : 1,"),
                flat.replace("\"patience\" : 0", "\"patience\" : -1"))) {
            Files.writeString(file, broken);
            IOException e = assertThrows(IOException.class, () -> RunConfig.read(file), broken);
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        }
    }

    @Test
    void everySettingOfARunCanBeNamed() {
        RunConfig config = new RunConfig("d", "f", 3, HstuConfig.preset("paper"), TrainConfig.preset("paper"));
        assertEquals(0.98, config.training().optimizer().beta2());
        RunConfig changed = config.with(Map.of("training.optimizer.weightDecay", "0.01", "model.blocks", 3));
        assertEquals(0.01, changed.training().optimizer().weightDecay());
        assertEquals(3, changed.model().blocks());
        assertThrows(IllegalArgumentException.class, () -> config.with(Map.of("training.optimizer.beta1", 1)));
        assertThrows(IllegalArgumentException.class, () -> config.with(Map.of("training.optimizer.weightDecay", -1)));
        assertThrows(IllegalArgumentException.class, () -> config.with(Map.of("training.speed", 1)));
        // A run is on its data and of its preset, whatever it is asked for.
        for (String name : List.of("items", "dataset", "fingerprint", "model.preset")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> config.with(Map.of(name, "7")));
            assertTrue(refused.getMessage().startsWith("config: " + name + " cannot be changed"), refused.getMessage());
        }
    }

    @Test
    void aTrainConfigIsChecked() {
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(0, 1, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(1, 0, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(1, 1, Double.NaN, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(1, 1, 1, 1, -1));
        assertSame(TrainConfig.ARTICLE, TrainConfig.preset("article"));
        assertSame(TrainConfig.PAPER, TrainConfig.preset("paper-large"));
        assertSame(TrainConfig.PAPER, TrainConfig.preset("sasrec"));
        assertSame(TrainConfig.BEST, TrainConfig.preset("best"));
        assertThrows(IllegalArgumentException.class, () -> new AveragingConfig(1));
        assertThrows(IllegalArgumentException.class, () -> new AveragingConfig(Double.NaN));
    }
}
