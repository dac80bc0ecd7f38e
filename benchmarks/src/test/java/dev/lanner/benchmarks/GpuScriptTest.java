package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that a packed folder holds, as far as it goes without a device. */
class GpuScriptTest {
    /** A JVM that only says what a part would. */
    private static final String JAVA = """
            #!/bin/sh
            case "$*" in
                *-version*) echo 'openjdk version "25"' ;;
                *ListDevices*) echo "$DEVICE" ;;
                *" check") exit "$CHECK" ;;
                *cudaGraph=true*" losses") [ -z "$STEPS" ] || exit 3 ;;
                *cudaGraph=true*" steps") echo "TIME side=lanner_cuda_graph case=step ms=1" >>"$RESULTS" ;;
                *" steps") echo "$STEPS"; echo "TIME side=lanner case=step ms=1" >>"$RESULTS" ;;
                *" attention") echo "TIME side=lanner case=attention ms=2" >>"$RESULTS" ;;
                *" epoch") exit 7 ;;
                *" table") echo "the table" ;;
            esac
            """;

    @TempDir
    private Path scratch;

    /** Exit status and both outputs. */
    private record Outcome(int status, String text) {}

    private Outcome run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return run(Path.of("gpu", "run").toAbsolutePath(), environment, arguments);
    }

    private Outcome run(Path script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
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

    /** A packed folder whose JVM and Python are scripts. */
    private Path packed() throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("packed"));
        Files.createDirectories(folder.resolve("jdk/bin"));
        Files.createDirectories(folder.resolve("tornadovm/etc"));
        Files.copy(Path.of("gpu", "run"), folder.resolve("run"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        Files.writeString(folder.resolve("tornadovm/etc/tornado.backend"), "tornado.backends=opencl-backend\n");
        Files.writeString(folder.resolve("tornadovm/tornado-argfile.template"), "");
        program(folder.resolve("jdk/bin/java"), JAVA);
        program(folder.resolve("python"), "#!/bin/sh\n");
        return folder;
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private Outcome compare(Path folder, String device, int check, String steps) throws Exception {
        Map<String, String> environment = Map.of(
                "DEVICE",
                device,
                "CHECK",
                Integer.toString(check),
                "STEPS",
                steps,
                "RESULTS",
                folder.resolve("results/results.txt").toString());
        return run(
                folder.resolve("run"),
                environment,
                "--python",
                folder.resolve("python").toString());
    }

    @Test
    void comparesOnAGpuOnly() throws Exception {
        Path folder = packed();
        Outcome onCpu = compare(folder, "0 pocl (CPU, OPENCL) (used)", 0, "");
        assertEquals(2, onCpu.status(), onCpu::toString);
        assertTrue(onCpu.text().contains("run: TornadoVM finds no GPU to use"), onCpu::toString);
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
        assertFails(compare(folder, "", 0, ""), "run: " + folder.resolve("jdk") + " is no JDK 25");
    }

    @Test
    void timesNothingThatIsNotRight() throws Exception {
        Path folder = packed();
        String gpu = "0 Some GPU (GPU, OPENCL) (used)";
        Outcome mismatch = compare(folder, gpu, 3, "");
        assertEquals(1, mismatch.status(), mismatch::toString);
        Outcome broken = compare(folder, gpu, 1, "");
        assertEquals(4, broken.status(), broken::toString);
        Path results = folder.resolve("results/results.txt");
        assertTrue(Files.readString(results).contains("FAILED side=check case=all why=exit status 1, see check.log"));
    }

    @Test
    void tellsWhatFailedAndGoesOn() throws Exception {
        Path folder = packed();
        Outcome outcome = compare(
                folder, "0 Some GPU (GPU, OPENCL) (used)", 0, "[TornadoVM-OCL-JNI] ERROR : clEnqueueNDRangeKernel");
        assertEquals(0, outcome.status(), outcome::toString);
        assertTrue(outcome.text().endsWith("the table\n"), outcome::toString);
        List<String> results = Files.readAllLines(folder.resolve("results/results.txt"));
        assertTrue(results.contains("DEVICE 0 Some GPU (GPU, OPENCL) (used)"), results::toString);
        assertTrue(results.contains("REFUSED side=lanner case=step ms=1"), results::toString);
        assertEquals(
                List.of("TIME side=lanner case=attention ms=2"),
                results.stream().filter(line -> line.startsWith("TIME")).toList());
        assertEquals(
                List.of(
                        "FAILED side=lanner_steps case=all why=the driver refused a call, so that no time of this part counts,"
                                + " see lanner_steps.log",
                        "FAILED side=lanner_cuda_graph case=all why=CUDA graphs need an SDK with the PTX or CUDA backend",
                        "FAILED side=lanner_epoch case=all why=exit status 7, see lanner_epoch.log"),
                results.stream().filter(line -> line.startsWith("FAILED")).toList());
    }

    @Test
    void timesCudaGraphsThatAreRight() throws Exception {
        Path folder = packed();
        Files.writeString(folder.resolve("tornadovm/etc/tornado.backend"), "tornado.backends=ptx-backend\n");
        Path results = folder.resolve("results/results.txt");
        String graphs = "TIME side=lanner_cuda_graph case=step ms=1";
        Outcome right = compare(folder, "0 Some GPU (GPU, PTX) (used)", 0, "");
        assertEquals(0, right.status(), right::toString);
        assertTrue(Files.readAllLines(results).contains(graphs), right::toString);
        Outcome wrong = compare(folder, "0 Some GPU (GPU, PTX) (used)", 0, "steps");
        assertEquals(0, wrong.status(), wrong::toString);
        List<String> lines = Files.readAllLines(results);
        assertFalse(lines.contains(graphs), wrong::toString);
        assertTrue(
                lines.contains("FAILED side=lanner_cuda_graph_check case=all why=exit status 3,"
                        + " see lanner_cuda_graph_check.log"),
                wrong::toString);
    }

    private static void assertFails(Outcome outcome, String told) {
        assertEquals(2, outcome.status(), outcome::toString);
        assertTrue(outcome.text().startsWith(told), outcome::toString);
        assertEquals(1, outcome.text().lines().count(), outcome::toString);
    }
}
