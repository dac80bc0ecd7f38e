package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TornadoCallTest {
    @Test
    void goesOnWhereSomeFail() {
        List<Integer> seen = new ArrayList<>();
        IllegalStateException failure = assertThrows(
                IllegalStateException.class,
                () -> TornadoCall.forAll(List.of(1, 2, 3, 4), each -> {
                    seen.add(each);
                    if (each % 2 == 0) {
                        throw new IllegalStateException("no. " + each);
                    }
                }));
        assertEquals(List.of(1, 2, 3, 4), seen);
        assertEquals("no. 2", failure.getMessage());
        assertEquals("no. 4", failure.getSuppressed()[0].getMessage());
    }
}
