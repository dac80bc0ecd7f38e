package dev.lanner.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was measured, a line each, printed and added to a file at once, so that what comes later cannot lose it. Both sides write
 * such lines: {@code TIME side=... case=... ms=...} and {@code FAILED side=... case=... why=...}.
 */
final class GpuResults {
    /** Lanner's side. */
    static final String LANNER = "lanner";

    private static final String TORCH_EAGER = "torch_eager";
    private static final String TORCH_COMPILE = "torch_compile";
    /** Where the figures come from. */
    private static final Pattern SOURCE = Pattern.compile("(MACHINE|GPU|DEVICE|PEER) .*");

    private static final Pattern TIME = Pattern.compile("TIME side=(\\S+) case=(\\S+) ms=(\\S+)");

    private final Path file;
    private final String side;
    private final PrintWriter console;

    GpuResults(Path file, String side, PrintWriter console) {
        this.file = file;
        this.side = side;
        this.console = console;
    }

    /** Adds a line. */
    void say(String line) {
        console.println(line);
        console.flush();
        try {
            Files.writeString(
                    file,
                    line + System.lineSeparator(),
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The time of a case. */
    void time(String name, double milliseconds) {
        say(String.format(Locale.ROOT, "TIME side=%s case=%s ms=%.4f", side, name, milliseconds));
    }

    /** Why there is no time of a case. */
    void failed(String name, Throwable why) {
        say("FAILED side=" + side + " case=" + name + " why=" + why.toString().replaceAll("\\s+", " "));
    }

    /**
     * What was measured on, a line for each case with its sides in the order of their names, and what failed. A ratio above 1: Lanner is
     * faster.
     */
    static List<String> table(Path file) throws IOException {
        Map<String, Map<String, Double>> cases = new LinkedHashMap<>();
        List<String> failed = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            Matcher time = TIME.matcher(line);
            if (time.matches()) {
                cases.computeIfAbsent(time.group(2), any -> new TreeMap<>())
                        .put(time.group(1), Double.parseDouble(time.group(3)));
            } else if (line.startsWith("FAILED ")) {
                failed.add(line);
            } else if (SOURCE.matcher(line).matches()) {
                lines.add(line);
            }
        }
        cases.forEach((name, sides) -> lines.add(line(name, sides)));
        lines.addAll(failed);
        return lines;
    }

    private static String line(String name, Map<String, Double> sides) {
        StringBuilder line = new StringBuilder("RATIO case=").append(name);
        sides.forEach((who, ms) -> line.append(String.format(Locale.ROOT, " %s_ms=%.3f", who, ms)));
        ratio(line, "ratio", sides, TORCH_EAGER);
        ratio(line, "ratio_compile", sides, TORCH_COMPILE);
        return line.toString();
    }

    private static void ratio(StringBuilder line, String name, Map<String, Double> sides, String peer) {
        line.append(' ').append(name).append('=');
        if (sides.containsKey(LANNER) && sides.containsKey(peer)) {
            line.append(String.format(Locale.ROOT, "%.3f", sides.get(peer) / sides.get(LANNER)));
        } else {
            line.append("none");
        }
    }
}
