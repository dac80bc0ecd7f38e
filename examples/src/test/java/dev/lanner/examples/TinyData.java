package dev.lanner.examples;

import dev.lanner.hstu.data.SampleData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A few users of a sample, so that an epoch takes milliseconds. */
final class TinyData {
    private static final int USERS = 40;

    private TinyData() {}

    /** Writes {@code ratings.dat} into a new folder, and returns the folder. */
    static Path write(Path folder, long seed) throws IOException {
        Files.createDirectories(folder);
        SampleData.write(folder, seed);
        Path file = folder.resolve("ratings.dat");
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
                .takeWhile(line -> !line.startsWith(USERS + 1 + "::"))
                .toList();
        Files.write(file, lines, StandardCharsets.ISO_8859_1);
        return folder;
    }
}
