package dev.lanner.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory of this process, as Linux tells it. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";
    private static final String NOW = "VmRSS:";
    private static final int KIBIBYTE = 1024;

    private ResidentMemory() {}

    /** The most bytes that were resident at a time, JVM included; empty where the system does not tell. */
    static OptionalLong peakBytes() throws IOException {
        return read(PEAK);
    }

    /** The bytes that are resident now, JVM included; empty where the system does not tell. */
    static OptionalLong bytes() throws IOException {
        return read(NOW);
    }

    private static OptionalLong read(String name) throws IOException {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith(name)) {
                String kibibytes =
                        line.substring(name.length()).replace("kB", "").trim();
                return OptionalLong.of(KIBIBYTE * Long.parseLong(kibibytes));
            }
        }
        return OptionalLong.empty();
    }
}
