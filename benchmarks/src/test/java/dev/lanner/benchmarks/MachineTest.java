package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {
    private final Machine machine = new Machine(2, 100, new TreeMap<>(Map.of(100.0, 50.0, 10_000.0, 10.0)));

    @ParameterizedTest
    @CsvSource({"0, 50", "1, 50", "100, 50", "999, 50", "1001, 10", "10000, 10", "1e9, 10"})
    void bandwidthIsThatOfTheNearestCopy(double bytes, double expected) {
        assertEquals(expected, machine.bandwidth(bytes));
    }

    @Test
    void limitIsWhatTakesLonger() {
        assertEquals(Machine.Limit.FMA, machine.limit(new Work(1000, 100)));
        assertEquals(10, machine.seconds(new Work(1000, 100)));
        assertEquals(Machine.Limit.COPY, machine.limit(new Work(1000, 10_000)));
        assertEquals(1000, machine.seconds(new Work(1000, 10_000)));
        assertEquals(Machine.Limit.COPY, machine.limit(new Work(0, 1)));
    }

    @Test
    void needsACopy() {
        assertThrows(IllegalArgumentException.class, () -> new Machine(1, 1, new TreeMap<>()));
    }
}
