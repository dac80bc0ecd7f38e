package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.Backends;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CpuBackendProviderTest {
    private final String before = System.getProperty(CpuBackend.THREADS);

    @AfterEach
    void restore() {
        threads(before);
    }

    private static void threads(String text) {
        if (text == null) {
            System.clearProperty(CpuBackend.THREADS);
        } else {
            System.setProperty(CpuBackend.THREADS, text);
        }
    }

    @Test
    void isFoundByItsName() {
        Backend backend = Backends.get(CpuBackend.NAME);
        assertInstanceOf(CpuBackend.class, backend);
        assertEquals("cpu", backend.name());
    }

    @Test
    void doublesAreRefused() {
        try (CpuBackend backend = new CpuBackend(1)) {
            assertTrue(backend.supports(DType.F32) && backend.supports(DType.I32) && backend.supports(DType.I64));
            assertFalse(backend.supports(DType.F64));
            BackendException e = assertThrows(BackendException.class, () -> backend.allocate(DType.F64, 4));
            assertTrue(
                    e.getMessage().contains("F64") && e.getMessage().contains("-Dbackend=reference"), e.getMessage());
        }
    }

    @Test
    void threadsAreThoseAskedFor() {
        threads("3");
        assertEquals(3, CpuBackend.configuredThreads());
        for (String text : new String[] {null, "", " "}) {
            threads(text);
            assertEquals(Runtime.getRuntime().availableProcessors(), CpuBackend.configuredThreads());
        }
    }

    @Test
    void wrongNumbersOfThreadsAreNamed() {
        for (String text : new String[] {"0", "-2", "two", "1.5"}) {
            threads(text);
            BackendException e = assertThrows(BackendException.class, CpuBackend::configuredThreads, text);
            assertTrue(
                    e.getMessage().contains(CpuBackend.THREADS)
                            && e.getMessage().contains(text),
                    e.getMessage());
        }
    }
}
