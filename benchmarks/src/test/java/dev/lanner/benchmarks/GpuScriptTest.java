package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that a packed folder holds, as far as it goes without a device. */
class GpuScriptTest {
    @TempDir
    private Path scratch;

    /** Exit status and both outputs. */
    private record Outcome(int status, String text) {}

    private Outcome run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("bash", Path.of("gpu", "run").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(scratch.toFile());
        builder.environment().remove("JAVA_HOME");
        builder.environment().remove("TORNADOVM_HOME");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    @Test
    void helpListsTheOptions() throws Exception {
        Outcome outcome = run(Map.of(), "--help");
        assertEquals(0, outcome.status(), outcome::toString);
        for (String option : List.of("--quick", "--data", "--out", "--seconds", "--minutes", "--python")) {
            assertTrue(outcome.text().contains(option), () -> option + " is not in: " + outcome.text());
        }
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertFails(run(Map.of()), "run: no JDK: set JAVA_HOME");
        Map<String, String> java = Map.of("JAVA_HOME", System.getProperty("java.home"));
        assertFails(run(java), "run: no TornadoVM SDK: set TORNADOVM_HOME");
        assertFails(run(java, "--minutes", "soon"), "run: --minutes must be positive, found soon");
        assertFails(run(java, "--minutes"), "run: --minutes needs a value");
        assertFails(run(java, "--fast"), "run: no option --fast");
    }

    private static void assertFails(Outcome outcome, String told) {
        assertEquals(2, outcome.status(), outcome::toString);
        assertTrue(outcome.text().startsWith(told), outcome::toString);
        assertEquals(1, outcome.text().lines().count(), outcome::toString);
    }
}
