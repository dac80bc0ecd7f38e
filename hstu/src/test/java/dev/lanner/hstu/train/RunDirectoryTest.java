package dev.lanner.hstu.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.model.HstuConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    @TempDir
    private Path folder;

    private static RunConfig config(String dataset) {
        return new RunConfig(dataset, "f", 3, HstuConfig.article(), TrainConfig.ARTICLE);
    }

    @Test
    void aRunDirectoryIsNeverTakenTwice() throws IOException {
        RunDirectory.create(folder.resolve("once")).writeConfig(config("walks"));
        IOException taken = assertThrows(IOException.class, () -> RunDirectory.create(folder.resolve("once")));
        assertTrue(taken.getMessage().contains("holds a run already"), taken.getMessage());
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.createFile(model.resolve("model.safetensors"));
        assertThrows(IOException.class, () -> RunDirectory.create(model));
        IOException missing = assertThrows(IOException.class, () -> RunDirectory.open(model));
        assertTrue(missing.getMessage().endsWith("config.json is missing"), missing.getMessage());
        assertThrows(IOException.class, () -> RunDirectory.open(folder.resolve("nowhere")));
        assertFalse(Files.exists(folder.resolve("nowhere")));
    }

    @Test
    void ofTwoRunsThatBeginInOneFolderTheSecondIsRefused() throws IOException {
        RunDirectory first = RunDirectory.create(folder.resolve("both"));
        RunDirectory second = RunDirectory.create(folder.resolve("both"));
        first.writeConfig(config("first"));
        byte[] before = Files.readAllBytes(folder.resolve("both/config.json"));
        IOException taken = assertThrows(IOException.class, () -> second.writeConfig(config("second")));
        assertTrue(taken.getMessage().contains("another run has begun in it"), taken.getMessage());
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("both/config.json")));
    }
}
