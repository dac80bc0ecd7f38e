package dev.lanner.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The program's mistakes and its report, without timing anything. */
class CompareTest {
    @TempDir
    private Path scratch;

    @ParameterizedTest
    @CsvSource({
        "--cases=sgemn, --cases: sgemn is none of",
        "--peer=tunde, '--peer: tunde is none of [article, table, tuned]'",
        "--threads=0, --threads must be in 1..",
        "--rounds=0, --rounds must be positive",
        "--seconds=NaN, --seconds must be positive and finite",
    })
    void mistakesAreToldInALine(String argument, String told) {
        CommandLine command = Compare.commandLine();
        StringWriter err = new StringWriter();
        command.setErr(new PrintWriter(err));
        Path out = scratch.resolve("out.csv");
        assertEquals(2, command.execute(argument, "--out", out.toString()));
        assertTrue(err.toString().startsWith("Compare: " + told), err::toString);
        assertEquals(1, err.toString().lines().count());
        assertFalse(Files.exists(out));
    }

    @Test
    void reportSaysWhoIsFaster() throws IOException {
        StringWriter out = new StringWriter();
        Report report = new Report(Written.TUNED, new PrintWriter(out));
        report.peer("2.7.1");
        report.ratio("attention", 2, new Turns.Times(10, 25));
        report.rates("sgemm_geomean", 2, 150, 100);
        report.arithmetic("step", 2, 9, 60, Double.NaN);
        report.arithmetic("step", 2, 9, 60, 120);
        assertEquals(
                List.of(
                        "PEER libtorch=2.7.1 written=tuned",
                        "RATIO case=attention threads=2 lanner_ms=10.000 libtorch_ms=25.000 ratio=2.500",
                        "RATIO case=sgemm_geomean threads=2 lanner_gflops=150.0 libtorch_gflops=100.0 ratio=1.500",
                        "ARITHMETIC case=step threads=2 gflop=9.00 gflops=60.0",
                        "ARITHMETIC case=step threads=2 gflop=9.00 gflops=60.0 share_of_sgemm=0.500"),
                out.toString().lines().toList());

        Path file = scratch.resolve("new/compare.csv");
        report.write(file);
        assertEquals(
                List.of(
                        "peer,case,threads,lanner_ms,libtorch_ms,lanner_gflops,libtorch_gflops,ratio",
                        "tuned,attention,2,10.000,25.000,,,2.500",
                        "tuned,sgemm_geomean,2,,,150.0,100.0,1.500"),
                Files.readAllLines(file));
        try (var files = Files.list(file.getParent())) {
            assertEquals(1, files.count(), "nothing is left beside the file");
        }
    }
}
