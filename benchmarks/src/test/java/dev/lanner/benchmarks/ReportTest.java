package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the programs write: tables, charts and slopes. */
class ReportTest {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

    @TempDir
    private Path scratch;

    @Test
    void tableAsMarkdownAndCsv() {
        Table table = new Table("name", "n");
        table.add("a, \"b\"", 1);
        table.add("c", 1234.5);
        assertEquals("""
                | name   | n      |
                | ------ | ------ |
                | a, "b" | 1      |
                | c      | 1234.5 |
                """, table.markdown());
        assertEquals("name,n\n\"a, \"\"b\"\"\",1\nc,1234.5\n", table.csv());
        assertThrows(IllegalArgumentException.class, () -> table.add("too few"));
    }

    @ParameterizedTest
    @CsvSource({
        "2.5e-6, 1e-7, 2.50 ± 0.10 µs",
        "4.56e-5, 2e-6, 45.6 ± 2.0 µs",
        "0.123, 0.004, 123 ± 4 ms",
        "1.5, NaN, 1.50 s",
    })
    void timeReadsWell(double seconds, double error, String expected) {
        assertEquals(expected, new KernelResult("a", "", 1, seconds, error, new Work(1, 1)).time());
    }

    @Test
    void slopeOfAPowerIsItsExponent() {
        double[] x = {1, 2, 4, 10};
        double[] y = Arrays.stream(x).map(value -> 3 * Math.pow(value, 1.5)).toArray();
        assertEquals(1.5, Slope.overall(x, y), 1e-12);
        assertEquals(1.5, Slope.last(x, y), 1e-12);
        double[] one = {1};
        assertTrue(Double.isNaN(Slope.overall(one, one)) && Double.isNaN(Slope.last(one, one)));
    }

    @Test
    void chartIsWrittenWholeIntoANewFolder() throws Exception {
        Path file = scratch.resolve("plots").resolve("chart.png");
        double[] x = {1, 2, 4};
        new LogLogChart("title", "x", "y").add("series", x, x).write(file);
        assertArrayEquals(PNG, Arrays.copyOf(Files.readAllBytes(file), PNG.length));
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void stepsAreTimedAndTheirAllocationsCounted() {
        int size = 1 << 20;
        byte[][] kept = new byte[1][];
        StepTimer time = StepTimer.measure(() -> kept[0] = new byte[size], 0, 0);
        assertEquals(5, time.steps());
        assertTrue(time.quartile1() <= time.seconds() && time.seconds() <= time.quartile3(), time::toString);
        assertTrue(time.bytesPerStep() >= size && time.bytesPerStep() < 2 * size, time::toString);
    }
}
