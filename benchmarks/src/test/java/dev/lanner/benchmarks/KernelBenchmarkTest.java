package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class KernelBenchmarkTest {
    /** A benchmark with one choice of parameters. */
    record Choice(String className, String method, Map<String, String> parameters) {
        KernelBenchmark make() {
            return KernelBenchmark.of(className, parameters);
        }
    }

    private static Set<BenchmarkListEntry> entries() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return BenchmarkList.defaultList().getAll(silent, List.of());
    }

    /** The values of each benchmark's only parameter, in the order of their annotation. */
    private static List<Choice> choices(BenchmarkListEntry entry) {
        String name = entry.getUsername();
        int dot = name.lastIndexOf('.');
        String className = name.substring(0, dot);
        String method = name.substring(dot + 1);
        Map<String, String[]> values = entry.getParams().orElse(Map.of());
        assertTrue(values.size() <= 1, () -> name + " has more than one parameter");
        List<Choice> choices = new ArrayList<>();
        values.forEach((parameter, all) -> {
            for (String value : all) {
                choices.add(new Choice(className, method, Map.of(parameter, value)));
            }
        });
        return choices.isEmpty() ? List.of(new Choice(className, method, Map.of())) : choices;
    }

    static List<Choice> all() {
        return entries().stream().flatMap(entry -> choices(entry).stream()).toList();
    }

    static List<Choice> first() {
        return entries().stream().map(entry -> choices(entry).get(0)).toList();
    }

    @Test
    void everyFamilyIsThere() {
        for (String family : List.of(
                "Matmul",
                "Linear",
                "Attention",
                "Elementwise",
                "Normalisation",
                "Indexing",
                "SampledSoftmax",
                "Dropout",
                "Adam",
                "TrainingStep",
                "MachineFma",
                "MachineCopy")) {
            String name = "dev.lanner.benchmarks." + family + "Benchmark.";
            assertTrue(entries().stream().anyMatch(entry -> entry.getUsername().startsWith(name)), name);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void saysItsWork(Choice choice) {
        Work work = choice.make().work(choice.method());
        assertTrue(work.flops() + work.bytes() > 0, () -> "no work: " + work);
        assertTrue(Double.isFinite(work.flops() + work.bytes()), work::toString);
    }

    @ParameterizedTest
    @MethodSource("first")
    void runs(Choice choice) throws Exception {
        KernelBenchmark benchmark = choice.make();
        for (Method method : benchmark.getClass().getMethods()) {
            if (method.isAnnotationPresent(Setup.class)) {
                method.invoke(benchmark);
            }
        }
        assertNotNull(benchmark.getClass().getMethod(choice.method()).invoke(benchmark));
    }

    @Test
    void refusesTheWorkOfAnUnknownMethod() {
        KernelBenchmark dropout = KernelBenchmark.of(DropoutBenchmark.class.getName(), Map.of());
        String message = assertThrows(IllegalArgumentException.class, () -> dropout.work("sideways"))
                .getMessage();
        assertEquals("no benchmark sideways", message);
    }

    @Test
    void forwardAndBackwardIsMoreWorkThanForward() {
        List<Choice> forwards = all().stream()
                .filter(choice -> choice.method().equals("forward"))
                .toList();
        assertFalse(forwards.isEmpty());
        for (Choice choice : forwards) {
            Work forward = choice.make().work("forward");
            Work both = choice.make().work("forwardAndBackward");
            assertTrue(both.flops() > forward.flops() && both.bytes() > forward.bytes(), choice::toString);
        }
    }
}
