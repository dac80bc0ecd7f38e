package dev.lanner.hstu.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.hstu.eval.RatingCalibration.Bin;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatingCalibrationTest {
    private final RatingCalibration calibration = new RatingCalibration();

    @Test
    void binsHoldNeighbouringPredictions() {
        calibration.add(4, 5);
        calibration.add(1, 2);
        calibration.add(3, 1);
        calibration.add(2, 4);
        assertEquals(List.of(new Bin(2, 1.5, 3), new Bin(2, 3.5, 3)), calibration.bins(2));
        assertEquals(List.of(new Bin(1, 1, 2), new Bin(1, 2, 4), new Bin(2, 3.5, 3)), calibration.bins(3));
        assertEquals(List.of(new Bin(4, 2.5, 3)), calibration.bins(1));
    }

    @Test
    void thereAreNoMoreBinsThanEvents() {
        assertEquals(List.of(), calibration.bins(10));
        calibration.add(3, 4);
        assertEquals(List.of(new Bin(1, 3, 4)), calibration.bins(10));
    }

    @Test
    void badValuesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> calibration.add(Double.NaN, 3));
        assertThrows(IllegalArgumentException.class, () -> calibration.bins(0));
    }
}
