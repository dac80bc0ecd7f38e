package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiles and runs the code in README.md. */
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final String MAIN = "ReadmeCode";

    @TempDir
    private Path scratch;

    static List<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(Files.readString(Launcher.ROOT.resolve("README.md")));
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        assertFalse(blocks.isEmpty(), "README.md has no Java code");
        return blocks;
    }

    @ParameterizedTest(name = "block {index}")
    @MethodSource("blocks")
    void compilesAndRuns(String block) throws Exception {
        String classPath = System.getProperty("java.class.path");
        compile(program(block), classPath);

        Path out = scratch.resolve("out.txt");
        Path err = scratch.resolve("err.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        scratch + System.getProperty("path.separator") + classPath,
                        MAIN)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running");
        } finally {
            process.destroyForcibly();
        }
        Outcome outcome = Outcome.of(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
        assertEquals(0, outcome.exit(), outcome::toString);
        assertEquals(List.of(), outcome.err());
        assertFalse(outcome.out().isEmpty(), "nothing printed");
        String printed = String.join("\n", outcome.out());
        assertFalse(printed.contains("NaN"), printed);
    }

    /** The commands under "Recommendations", in their order: the later ones ask the model that the first trains. */
    @Test
    void theWalkThroughRecommendationsWorks() throws Exception {
        String section = Files.readString(Launcher.ROOT.resolve("README.md"))
                .split("\n## Recommendations\n", 2)[1]
                .split("\n## ", 2)[0];
        List<String> commands = section.lines()
                .filter(line -> line.startsWith("    examples/"))
                .map(line -> line.strip().substring("examples/".length()))
                .toList();
        assertEquals(3, commands.size(), section);
        for (String command : commands) {
            List<String> words = List.of(command.split(" ", -1));
            Outcome outcome = Launcher.runProgram(
                    words.get(0), scratch, words.subList(1, words.size()).toArray());
            assertEquals(0, outcome.exit(), outcome::toString);
            assertEquals(List.of(), outcome.err());
            assertFalse(outcome.out().isEmpty(), command);
        }
    }

    private static String program(String block) {
        String imports =
                block.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body = block.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        return imports + "\nclass " + MAIN + " {\npublic static void main(String[] arguments) throws Exception {\n"
                + body + "\n}\n}\n";
    }

    private void compile(String program, String classPath) throws IOException {
        Path source = Files.writeString(scratch.resolve(MAIN + ".java"), program);
        StringWriter told = new StringWriter();
        PrintWriter writer = new PrintWriter(told);
        int exit = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        writer,
                        writer,
                        "-classpath",
                        classPath,
                        "-d",
                        scratch.toString(),
                        "-proc:none",
                        source.toString());
        assertEquals(0, exit, told::toString);
    }
}
