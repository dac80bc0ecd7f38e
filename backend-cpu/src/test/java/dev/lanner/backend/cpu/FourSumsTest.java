package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class FourSumsTest {
    static boolean hasFourLanes() {
        return SimdSupport.available() && Simd.LANES >= 4;
    }

    @Test
    @EnabledIf("hasFourLanes")
    void sumsTheLanesOfEachVector() {
        int lanes = Simd.LANES;
        int[] powers = {1, 20, 400, 8000};
        FloatVector[] vectors = new FloatVector[4];
        float[] expected = new float[4];
        for (int v = 0; v < 4; v++) {
            float[] values = new float[lanes];
            for (int lane = 0; lane < lanes; lane++) {
                values[lane] = powers[v] * (lane + 1);
            }
            vectors[v] = FloatVector.fromArray(Simd.F, values, 0);
            expected[v] = powers[v] * IntStream.rangeClosed(1, lanes).sum();
        }
        FloatVector sums = FourSums.of(vectors[0], vectors[1], vectors[2], vectors[3]);
        for (int v = 0; v < 4; v++) {
            assertEquals(expected[v], sums.lane(v), "vector " + v);
        }
    }
}
