package dev.lanner.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.DType;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AveragedModelTest {
    private static final double TOLERANCE = 1e-12;

    private static Linear linear(long seed) {
        return new Linear(3, 2, new ParameterFactory(seed, DType.F64));
    }

    private static double[] weight(Module module) {
        return module.namedParameters().get("weight").toDoubles();
    }

    @Property
    void followsItsEquation(
            @ForAll @DoubleRange(min = 0, max = 0.99) double decay, @ForAll @Size(min = 1, max = 6) List<Long> seeds) {
        Linear model = linear(0);
        AveragedModel<Linear> average = new AveragedModel<>(model, linear(1), decay);
        assertArrayEquals(weight(model), weight(average.module()));
        double[] expected = null;
        for (long seed : seeds) {
            model.load(linear(seed).stateDict());
            average.update();
            double[] now = weight(model);
            if (expected == null) {
                expected = now;
            } else {
                for (int i = 0; i < now.length; i++) {
                    expected[i] = decay * expected[i] + (1 - decay) * now[i];
                }
            }
            assertArrayEquals(expected, weight(average.module()), TOLERANCE);
            assertArrayEquals(weight(linear(seed)), now, "the model stays");
        }
    }

    @Test
    void aLoadedAverageGoesOnAsTheSavedOneWould() {
        Linear model = linear(0);
        AveragedModel<Linear> saved = new AveragedModel<>(model, linear(1), 0.7);
        saved.update();
        AveragedModel<Linear> loaded = new AveragedModel<>(model, linear(2), 0.7);
        loaded.load(saved.module().stateDict(), 1);
        model.load(linear(3).stateDict());
        saved.update();
        loaded.update();
        assertArrayEquals(weight(saved.module()), weight(loaded.module()));
        assertThrows(StateDictException.class, () -> loaded.load(Map.of(), 1));
    }

    @Test
    void rejectsWhatItCannotAverage() {
        IllegalArgumentException decay =
                assertThrows(IllegalArgumentException.class, () -> new AveragedModel<>(linear(0), linear(1), 1));
        assertEquals("average: the decay must be in [0, 1), found 1.0", decay.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new AveragedModel<>(linear(0), linear(1), Double.NaN));
        Linear other = new Linear(2, 3, new ParameterFactory(1, DType.F64));
        assertThrows(StateDictException.class, () -> new AveragedModel<>(linear(0), other, 0.5));
    }
}
