package dev.lanner.examples;

import dev.lanner.hstu.model.Settings;
import dev.lanner.nn.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What has gone into a run so far: {@code effort.json} in its folder.
 *
 * @param commit the version of the code that it was started with
 * @param seconds of training and validation, of all epochs that are saved
 */
record Effort(String commit, double seconds) {
    private static final String FILE = "effort.json";

    /** That of the run in a folder; if there is none yet, of one that starts now. */
    static Effort in(Path folder, String commit) throws IOException {
        Path file = folder.resolve(FILE);
        return Files.exists(file) ? Settings.read(file, Effort.class) : new Effort(commit, 0);
    }

    Effort plus(double more) {
        return new Effort(commit, seconds + more);
    }

    void write(Path folder) {
        try {
            AtomicFiles.write(folder.resolve(FILE), out -> out.write(Settings.toJson(this)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
