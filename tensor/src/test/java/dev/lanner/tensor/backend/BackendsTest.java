package dev.lanner.tensor.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendsTest {
    private static String missing(String name) {
        return assertThrows(BackendException.class, () -> Backends.get(name)).getMessage();
    }

    private static void withProperty(String name, Runnable test) {
        String before = System.getProperty(Backends.PROPERTY);
        System.setProperty(Backends.PROPERTY, name);
        try {
            test.run();
        } finally {
            if (before == null) {
                System.clearProperty(Backends.PROPERTY);
            } else {
                System.setProperty(Backends.PROPERTY, before);
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void thePropertyChoosesWithoutAnyFallback() {
        withProperty("reference", () -> assertSame(Backends.get("reference"), Backends.current()));
        withProperty("tornado", () -> {
            BackendException missing = assertThrows(BackendException.class, Backends::current);
            assertEquals(missing("tornado"), missing.getMessage());
        });
    }

    @Test
    void theReferenceIsAlwaysThereAndThereIsOneOfIt() {
        assertEquals("reference", Backends.get("reference").name());
        assertSame(Backends.get("reference"), Backends.get("reference"));
    }

    @Test
    void aMissingBackendSaysHowToGetIt() {
        assertEquals(
                "backend tornado is not there (found: reference); to get it, install the TornadoVM SDK 5.2.0-jdk25, set"
                        + " TORNADOVM_HOME to its folder (check with: ls $TORNADOVM_HOME/etc/tornado.backend), build"
                        + " again, and start with @$TORNADOVM_HOME/tornado-argfile and"
                        + " dev.lanner:lanner-backend-tornado on the class path",
                missing("tornado"));
        assertEquals(
                "backend cpu is not there (found: reference); to get it, add dev.lanner:lanner-backend-cpu to the class"
                        + " path or module path",
                missing("cpu"));
        assertEquals(
                "backend cuda is not there (found: reference); known names are cpu, tornado and reference",
                missing("cuda"));
    }

    @Test
    void useIsForOneThreadUntilItIsClosed() {
        Backend first = new ReferenceBackend();
        Backend second = new ReferenceBackend();
        assertNotSame(first, second);
        try (Backends.Use outer = Backends.use(first)) {
            try (Backends.Use inner = Backends.use(second)) {
                assertSame(second, Backends.current());
            }
            assertSame(first, Backends.current());
            List<Backend> elsewhere = new ArrayList<>();
            Thread thread = new Thread(() -> elsewhere.add(Backends.current()));
            withProperty("reference", () -> {
                thread.start();
                join(thread);
            });
            assertEquals(List.of(Backends.get("reference")), elsewhere);
        }
    }
}
