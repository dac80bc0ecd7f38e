package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * What a run of the program left behind.
 *
 * @param exit its exit code
 * @param out lines on standard output
 * @param err lines on standard error, without the JVM's own warning of incubator modules
 */
record Outcome(int exit, List<String> out, List<String> err) {
    private static final String INCUBATOR_WARNING = "WARNING: Using incubator modules:";
    private static final String SHARE = "=[01]\\.\\d{4} ";
    private static final Pattern RESULT = Pattern.compile("RESULT dataset=\\S+ preset=article seed=-?\\d+ epochs=\\d+"
            + " best_epoch=\\d+ val_hr@10" + SHARE + "val_ndcg@10" + SHARE + "test_hr@10" + SHARE + "test_ndcg@10"
            + SHARE
            + "test_mrr" + SHARE + "test_hr@50" + SHARE + "test_hr@200" + SHARE + "rating_rmse=\\d+\\.\\d{4} pop_hr@10"
            + SHARE + "seconds=\\d+\\.\\d");

    static Outcome of(int exit, String out, String err) {
        List<String> errors =
                err.lines().filter(line -> !line.startsWith(INCUBATOR_WARNING)).toList();
        return new Outcome(exit, out.lines().toList(), errors);
    }

    /** Runs {@code TrainMl1m} in this JVM. */
    static Outcome inProcess(Object... arguments) {
        return inProcess(TrainMl1m.commandLine(), arguments);
    }

    /** Runs a program in this JVM. */
    static Outcome inProcess(CommandLine command, Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        int exit = command.execute(texts(arguments));
        return of(exit, out.toString(), err.toString());
    }

    /** Arguments, paths among them, as a command line has them. */
    static String[] texts(Object... arguments) {
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return texts;
    }

    /** The last line on standard output, which must have the form of the result, without the seconds. */
    String result() {
        assertEquals(0, exit, this::toString);
        assertEquals(List.of(), err);
        String last = out.get(out.size() - 1);
        assertTrue(RESULT.matcher(last).matches(), last);
        return last.substring(0, last.lastIndexOf(" seconds="));
    }

    /** Checks that a mistake of the user of {@code TrainMl1m} was told in one line that has all the parts. */
    void assertUsageError(String... parts) {
        assertUsageErrorOf("TrainMl1m", parts);
    }

    /** Checks that a mistake of a program's user was told in one line that has all the parts. */
    void assertUsageErrorOf(String program, String... parts) {
        assertEquals(2, exit, this::toString);
        assertEquals(List.of(), out);
        assertEquals(1, err.size(), this::toString);
        String line = err.get(0);
        assertTrue(line.startsWith(program + ": "), line);
        for (String part : parts) {
            assertTrue(line.contains(part), () -> "\"" + part + "\" is not in: " + line);
        }
    }
}
