package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ProgramsTest {
    @TempDir
    private Path scratch;

    /** Exit status, standard output and standard error. */
    private record Outcome(int status, String out, String err) {}

    private static Outcome run(Callable<Integer> program, Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command =
                Programs.commandLine(program).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        return new Outcome(command.execute(words), out.toString(), err.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "Kernels, --forks=0, '--forks must be positive, found 0'",
        "Kernels, --time=0, '--time must be positive, found 0.0'",
        "Kernels, NoSuchKernel, no benchmark's name has a match of [NoSuchKernel]",
        "Kernels, '(', 'not a regular expression, Unclosed group: ('",
        "Scaling, --axis=depth, Invalid value for option '--axis'",
        "Scaling, --threads=0, --threads must be positive",
        "Gpu, BOTH, Invalid value for positional parameter",
        "LongHistory, '--events=8,0', '--events, --steps and --step-heap must be positive'",
    })
    void wrongUsageIsOneLineAndStatus2(String program, String argument, String told) {
        Callable<Integer> callable = switch (program) {
            case "Kernels" -> new Kernels();
            case "Scaling" -> new Scaling();
            case "Gpu" -> new Gpu();
            default -> new LongHistory();
        };
        Outcome outcome = run(callable, argument);
        assertEquals(2, outcome.status(), outcome::toString);
        assertTrue(outcome.err().contains(told), outcome::toString);
        assertEquals(1, outcome.err().lines().count(), outcome::toString);
    }

    @Test
    void scalingWritesAPointForEachNumberOfThreads() throws Exception {
        Outcome outcome =
                run(new Scaling(), "--axis=threads", "--threads=2", "--warmup=0", "--time=0", "--out", scratch);
        assertEquals(0, outcome.status(), outcome::toString);
        assertTrue(outcome.out().lines().anyMatch(line -> line.matches("ALLOCATION bytes_per_step=\\d+ steps=5")));
        List<String> csv = Files.readAllLines(scratch.resolve("scaling.csv"));
        assertEquals(4, csv.size(), "a header, the base and two points");
        assertTrue(csv.get(2).startsWith("threads,1,128,15796,64,2,1,"), csv.get(2));
        assertTrue(Files.size(scratch.resolve("scaling-threads.png")) > 0);
    }

    /** On the CPU backend, which runs programs too. */
    @Test
    void gpuChecksTimesAndPrintsATable() throws Exception {
        Path results = scratch.resolve("gpu.txt");
        Outcome outcome = run(
                new Gpu(),
                "check",
                "losses",
                "steps",
                "attention",
                "epoch",
                "--quick",
                "--seconds=0",
                "--side=lanner",
                "--out",
                results);
        assertEquals(0, outcome.status(), outcome::toString);
        List<String> peer = List.of(
                "TIME side=torch_eager case=train_step_article ms=1000000.0",
                "FAILED side=torch_compile case=train_step_article why=no compiler");
        Files.write(results, peer, StandardOpenOption.APPEND);
        Outcome table = run(new Gpu(), "table", "--out", results);
        assertEquals(0, table.status(), table::toString);
        List<String> lines = table.out().lines().toList();
        List<String> cases = List.of(
                "train_step_article",
                "train_step_8_layers",
                "host_overhead_article",
                "attention_40",
                "attention_70",
                "epoch_training_synthetic",
                "epoch_with_validation_synthetic");
        for (int i = 0; i < cases.size(); i++) {
            assertTrue(lines.get(i).startsWith("RATIO case=" + cases.get(i) + " lanner_ms="), table::toString);
        }
        assertTrue(
                lines.get(0).matches(".* torch_eager_ms=1000000.000 ratio=\\d+\\.\\d{3} ratio_compile=none"),
                lines.get(0));
        assertEquals(peer.get(1), lines.get(cases.size()));
    }

    @Test
    void gpuWatchesMemory() {
        Outcome outcome = run(new Gpu(), "memory", "--quick", "--minutes=0.01", "--out", scratch.resolve("memory.txt"));
        assertEquals(0, outcome.status(), outcome::toString);
        assertEquals(
                20,
                outcome.out()
                        .lines()
                        .filter(line -> line.startsWith("MEMORY runs="))
                        .count());
        assertTrue(
                outcome.out()
                        .lines()
                        .anyMatch(
                                line -> line.matches(
                                        "MEMORY_SLOPE runs=\\d+ heap_bytes_per_run=-?[\\d.]+ resident_bytes_per_run=-?[\\d.]+")),
                outcome::toString);
    }

    @Test
    void longHistoryFindsAHeapForEachLength() throws Exception {
        Outcome outcome = run(new LongHistory(), "--events=16,32", "--steps=1", "--step-heap=64", "--out", scratch);
        assertEquals(0, outcome.status(), outcome::toString);
        assertEquals(
                2,
                outcome.out()
                        .lines()
                        .filter(line -> line.startsWith("LONG events="))
                        .count(),
                outcome::toString);
        assertEquals(3, Files.readAllLines(scratch.resolve("long-history.csv")).size());
        assertTrue(Files.size(scratch.resolve("long-history.png")) > 0);
    }
}
