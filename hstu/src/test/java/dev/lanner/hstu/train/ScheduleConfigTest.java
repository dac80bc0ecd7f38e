package dev.lanner.hstu.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.train.ScheduleConfig.Decay;
import dev.lanner.nn.Schedule;
import org.junit.jupiter.api.Test;

class ScheduleConfigTest {
    @Test
    void aConstantRateStays() {
        Schedule schedule = ScheduleConfig.CONSTANT.of(3e-3, 10);
        assertEquals(3e-3, schedule.at(1));
        assertEquals(3e-3, schedule.at(10));
        assertFalse(ScheduleConfig.CONSTANT.dependsOnLength());
    }

    @Test
    void aCosineEndsAtZero() {
        ScheduleConfig config = new ScheduleConfig(Decay.COSINE, 0);
        Schedule schedule = config.of(2, 12);
        assertEquals(1 + Math.sqrt(0.5), schedule.at(3), 1e-15);
        assertEquals(1, schedule.at(6), 1e-15);
        assertEquals(0, schedule.at(12));
        assertTrue(config.dependsOnLength());
    }

    @Test
    void warmUpRisesOverTheFirstSteps() {
        Schedule schedule = new ScheduleConfig(Decay.NONE, 4).of(2, 12);
        assertEquals(0.5, schedule.at(1));
        assertEquals(2, schedule.at(4));
        assertEquals(2, schedule.at(5));
    }

    @Test
    void valuesAreChecked() {
        assertEquals(
                "config: training.schedule.warmupSteps must not be negative, found -1",
                assertThrows(IllegalArgumentException.class, () -> new ScheduleConfig(Decay.NONE, -1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ScheduleConfig(null, 0));
    }
}
