package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a user is told of devices, in a JVM of its own: TornadoVM looks for them when its classes are loaded. */
class DevicesTest {
    private record Outcome(int exit, String text) {}

    private static Outcome list(boolean drivers, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ListDevices.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (!drivers) {
            builder.environment().put("OCL_ICD_VENDORS", "/nonexistent");
        }
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    private static String argumentFile() {
        return "@" + System.getenv("TORNADOVM_HOME") + "/tornado-argfile";
    }

    private static void assertTold(String told, Outcome outcome) {
        assertEquals(2, outcome.exit(), outcome::toString);
        List<String> lines = outcome.text()
                .lines()
                .filter(line -> line.startsWith("Devices: "))
                .toList();
        assertEquals(1, lines.size(), outcome::toString);
        assertTrue(lines.get(0).startsWith("Devices: " + told), outcome::toString);
    }

    @Test
    void oneDeviceIsMarkedAsUsed() throws Exception {
        Outcome outcome = list(true, argumentFile());
        assertEquals(0, outcome.exit(), outcome::toString);
        List<String> devices = outcome.text()
                .lines()
                .filter(line -> line.matches("\\d+ .*\\(.*\\).*"))
                .toList();
        assertEquals(
                1, devices.stream().filter(line -> line.endsWith(" (used)")).count(), outcome::toString);
    }

    /** Only OpenCL's drivers can be hidden. */
    @Test
    void aMissingDriverIsTold() throws Exception {
        Path backends = Path.of(System.getenv("TORNADOVM_HOME"), "etc", "tornado.backend");
        assumeTrue(Files.readString(backends).matches("(?s).*tornado\\.backends=opencl-backend\\s*"));
        assertTold("TornadoVM cannot look for devices: install a driver, NVIDIA's", list(false, argumentFile()));
    }

    @Test
    void aJvmWithoutTheArgumentFileIsTold() throws Exception {
        assertTold("TornadoVM does not run in this JVM: start it with @$TORNADOVM_HOME/tornado-argfile", list(true));
    }

    @Test
    void aDeviceThatIsNotThereIsTold() throws Exception {
        assertTold(
                "lanner.tornado.device: there is no device 99 (found: 0 ",
                list(true, argumentFile(), "-Dlanner.tornado.device=99"));
    }
}
